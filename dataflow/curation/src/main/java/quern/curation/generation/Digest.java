package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.TextGenerator.Message;
import quern.curation.TextModel;

/**
 * Sums texts up group by group, and the sums again, until one is left.
 *
 * @param sizes counts tokens; null where only one group is made
 * @param tokensMax of one group; 0: all texts are one group
 * @param whole template of the input, with a place for all texts
 * @param one template of each text
 */
public record Digest(Asking asking, TextModel sizes, int tokensMax, String prompt, Template whole, Template one) {

    /** Field under which aggregators write. */
    public static final String BATCH_META = Draft.BATCH_META;

    /** What an aggregator works on: a meta field of every sample of the group; null where it is no list of texts. */
    static List<String> texts(Draft draft, String inputKey) {
        List<String> ofMeta = texts(FieldPath.get(draft.fields(), Draft.META + "." + inputKey));
        return ofMeta != null ? ofMeta : texts(FieldPath.get(draft.fields(), inputKey));
    }

    private static List<String> texts(JsonNode list) {
        if (list == null || !list.isArray()) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text : list) {
            if (!text.isTextual()) {
                return null;
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    static void write(Draft draft, String outputKey, JsonNode value) {
        ObjectNode meta = draft.fields().get(BATCH_META) instanceof ObjectNode present ? present
                : draft.fields().putObject(BATCH_META);
        FieldPath.set(meta, outputKey, value);
    }

    /** One text that stands for all; empty where there is none or the model gave no usable answer. */
    String of(Draft draft, List<String> texts) {
        List<String> left = texts;
        while (left.size() > 1) {
            List<List<String>> groups = groups(left);
            if (groups.size() == left.size()) {
                groups = inTwos(left);
            }
            List<String> sums = new ArrayList<>();
            for (List<String> group : groups) {
                String sum = group.size() == 1 ? group.getFirst() : sum(draft, group);
                if (!sum.isEmpty()) {
                    sums.add(sum);
                }
            }
            left = sums;
        }
        return left.isEmpty() ? "" : left.getFirst();
    }

    private String sum(Draft draft, List<String> group) {
        List<String> shown = group.stream().map(text -> one.fill(_ -> text)).toList();
        return asking.text(draft, List.of(Message.system(prompt), Message.user(whole.fill(_ ->
                String.join("\n", shown)))), answer -> Quotes.without(answer.text())).orElse("");
    }

    /** Consecutive texts, as few groups as can be and about as large as each other; a larger text is one of its own. */
    List<List<String>> groups(List<String> texts) {
        if (tokensMax == 0) {
            return List.of(texts);
        }
        return groups(texts, text -> sizes.pieces(text).length, tokensMax);
    }

    static List<List<String>> groups(List<String> texts, Function<String, Integer> size, int tokensMax) {
        long total = texts.stream().mapToLong(size::apply).sum();
        long groupsMin = Math.max(1, (total + tokensMax - 1) / tokensMax);
        long share = (total + groupsMin - 1) / groupsMin;
        List<List<String>> groups = new ArrayList<>();
        List<String> group = new ArrayList<>();
        long used = 0;
        for (String text : texts) {
            int tokens = size.apply(text);
            if (!group.isEmpty() && (used + tokens > tokensMax || used >= share)) {
                groups.add(group);
                group = new ArrayList<>();
                used = 0;
            }
            group.add(text);
            used += tokens;
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    private static List<List<String>> inTwos(List<String> texts) {
        List<List<String>> groups = new ArrayList<>();
        for (int i = 0; i < texts.size(); i += 2) {
            groups.add(texts.subList(i, Math.min(texts.size(), i + 2)));
        }
        return groups;
    }
}
