package quern.tuning.gate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import quern.tuning.network.PairMeans;

/**
 * How held-out pairs came out.
 *
 * @param base margins of the base alone; of DPO, whose rewards are against the base, 0 and no preference
 * @param tuned margins with the adapter
 * @param baseLoss mean loss of the pairs
 * @param loss the same with the adapter
 * @param baseChosenLoss nats per token of the chosen answers: preferring may come from both becoming less likely
 * @param chosenLoss the same with the adapter
 */
public record PreferenceScore(
        PairMeans base, PairMeans tuned, double baseLoss, double loss, double baseChosenLoss, double chosenLoss) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is not a number becomes null. */
    public ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode().put("pairs", tuned.pairs());
        number(json, "base_accuracy", base.accuracy());
        number(json, "accuracy", tuned.accuracy());
        number(json, "base_margin", base.margin());
        number(json, "margin", tuned.margin());
        number(json, "base_loss", baseLoss);
        number(json, "loss", loss);
        number(json, "base_chosen_loss", baseChosenLoss);
        number(json, "chosen_loss", chosenLoss);
        return json;
    }

    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
