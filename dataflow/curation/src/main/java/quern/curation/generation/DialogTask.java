package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** What is read out of a dialog, turn by turn. */
public enum DialogTask {
    /** What the user wants. */
    INTENT("dialog_intent_detection_mapper", "intent", "dialog_intent_labels", "dialog_intent_labels_analysis"),
    /** What the user feels. */
    SENTIMENT("dialog_sentiment_detection_mapper", "sentiment", "dialog_sentiment_labels",
            "dialog_sentiment_labels_analysis"),
    /** How much, from -5 to 5. */
    INTENSITY("dialog_sentiment_intensity_mapper", "sentiment intensity", "dialog_sentiment_intensity",
            "dialog_sentiment_intensity_analysis"),
    /** What it is about. */
    TOPIC("dialog_topic_detection_mapper", "topic", "dialog_topic_labels", "dialog_topic_labels_analysis");

    static final int INTENSITY_MAX = 5;

    private final String operator;
    private final String what;
    private final String labelsKey;
    private final String analysisKey;

    DialogTask(String operator, String what, String labelsKey, String analysisKey) {
        this.operator = operator;
        this.what = what;
        this.labelsKey = labelsKey;
        this.analysisKey = analysisKey;
    }

    /** Recipe key. */
    public String operator() {
        return operator;
    }

    /** Field of the meta object that gets the labels. */
    public String labelsKey() {
        return labelsKey;
    }

    /** Field of the meta object that gets the reasons. */
    public String analysisKey() {
        return analysisKey;
    }

    /** What the model is told where the recipe says nothing. */
    public String prompt() {
        String label = switch (this) {
            case INTENT -> "Name what the user wants with the last message, in a few words.";
            case SENTIMENT -> "Name what the user feels in the last message, in a word or two.";
            case INTENSITY -> "Give the user's sentiment in the last message as a whole number from -5 (very "
                    + "negative) over 0 (neutral) to 5 (very positive).";
            case TOPIC -> "Name what the user's last message is about, in a few words.";
        };
        return "You read a dialog between a user and an assistant. First explain in a sentence what the last message "
                + "of the user shows of the " + what + ". " + label + " Answer as JSON: {\"analysis\": \"...\", "
                + "\"label\": " + (this == INTENSITY ? "0" : "\"...\"") + "}";
    }

    /** What stands for a turn without a usable answer. */
    JsonNode none() {
        return this == INTENSITY ? JsonNodeFactory.instance.numberNode(0) : JsonNodeFactory.instance.textNode("");
    }

    /** @throws UnusableAnswer if the text is no label of this task */
    JsonNode label(String text) {
        if (this != INTENSITY) {
            if (text.isBlank()) {
                throw new UnusableAnswer("no text in label");
            }
            return JsonNodeFactory.instance.textNode(text.strip());
        }
        try {
            int intensity = Integer.parseInt(text.strip());
            if (Math.abs(intensity) <= INTENSITY_MAX) {
                return JsonNodeFactory.instance.numberNode(intensity);
            }
            throw new UnusableAnswer("label out of range");
        } catch (NumberFormatException e) {
            throw new UnusableAnswer("no number in label");
        }
    }
}
