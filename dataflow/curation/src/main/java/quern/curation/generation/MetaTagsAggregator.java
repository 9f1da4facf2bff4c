package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Merges tags of like meaning in all samples of a group.
 *
 * <p>Recipe key {@code meta_tags_aggregator}: works on samples whose fields are lists, as groupers make them; the tags
 * are a meta field, a text or a list of texts, and are changed in place. A tag the model does not place stays as it is;
 * without a usable answer all stay, and the report notes it.
 *
 * @param targets tags to merge into; empty: the model chooses
 * @param forms templates of the input, the targets and one tag
 * @param pattern reads a free answer, with groups of a tag and of what it becomes; absent: the answer is JSON
 */
public record MetaTagsAggregator(Asking asking, String tagKey, List<String> targets, String prompt, Forms forms,
        Optional<Pattern> pattern) implements Mapper {

    private static final int TAGS_MAX = 500;

    /** With {@code {target_tag_str}} and {@code {tag_strs}}; {@code {target_tags}}; {@code {tag}} and {@code {cnt}}. */
    public record Forms(Template input, Template targets, Template tag) {}

    @Override
    public String name() {
        return "meta_tags_aggregator";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        if (!(draft.fields().get(Draft.META) instanceof ArrayNode metas)) {
            draft.note("no group with tags");
            return List.of(draft);
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (JsonNode meta : metas) {
            if (!count(meta.path(tagKey), counts)) {
                draft.note("tags are no texts");
                return List.of(draft);
            }
        }
        if (counts.size() > TAGS_MAX) {
            draft.note("more than " + TAGS_MAX + " tags");
            return List.of(draft);
        }
        Map<String, String> merged = counts.isEmpty() ? Map.of() : ask(draft, counts);
        for (JsonNode meta : metas) {
            if (meta instanceof ObjectNode object && object.has(tagKey)) {
                object.set(tagKey, renamed(object.get(tagKey), merged));
            }
        }
        return List.of(draft);
    }

    private static boolean count(JsonNode tags, Map<String, Integer> counts) {
        if (tags.isTextual()) {
            counts.merge(tags.textValue(), 1, Integer::sum);
            return true;
        }
        for (JsonNode tag : tags) {
            if (!tag.isTextual()) {
                return false;
            }
            counts.merge(tag.textValue(), 1, Integer::sum);
        }
        return tags.isArray();
    }

    private static JsonNode renamed(JsonNode tags, Map<String, String> merged) {
        if (tags.isTextual()) {
            return JsonNodeFactory.instance.textNode(merged.getOrDefault(tags.textValue(), tags.textValue()));
        }
        ArrayNode renamed = JsonNodeFactory.instance.arrayNode();
        tags.forEach(tag -> renamed.add(merged.getOrDefault(tag.textValue(), tag.textValue())));
        return renamed;
    }

    private Map<String, String> ask(Draft draft, Map<String, Integer> counts) {
        List<String> lines = new ArrayList<>();
        counts.forEach((tag, count) -> lines.add(forms.tag().fill(place ->
                place.equals("tag") ? tag : String.valueOf(count))));
        String wanted = targets.isEmpty() ? "" : forms.targets().fill(_ -> String.join(", ", targets));
        List<Message> messages = List.of(Message.system(prompt), Message.user(forms.input().fill(place ->
                place.equals("tag_strs") ? String.join("\n", lines) : wanted)));
        return (pattern.isPresent()
                ? asking.text(draft, messages, answer -> matched(pattern.get(), answer))
                : asking.json(draft, messages, schema(List.copyOf(counts.keySet())), this::read)).orElse(Map.of());
    }

    private Map<String, String> matched(Pattern given, Answer answer) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (List<String> groups : PatternReader.all(given, answer.text())) {
            if (groups.size() >= 2 && !groups.get(1).isEmpty()) {
                merged.put(groups.get(0), groups.get(1));
            }
        }
        return some(merged);
    }

    private Map<String, String> read(Answer answer) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (JsonNode one : AnswerJson.objects(AnswerJson.object(answer), "merged")) {
            String into = AnswerJson.text(one, "into");
            if (!targets.isEmpty() && !targets.contains(into)) {
                throw new UnusableAnswer("tag is none of the targets");
            }
            merged.put(AnswerJson.text(one, "tag"), into);
        }
        return some(merged);
    }

    private static Map<String, String> some(Map<String, String> merged) {
        if (merged.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return merged;
    }

    private JsonNode schema(List<String> tags) {
        return Schemas.object("merged", Schemas.list(Schemas.object("tag", Schemas.oneOf(tags), "into",
                targets.isEmpty() ? Schemas.name() : Schemas.oneOf(targets)), tags.size())
                .put("minItems", 1));
    }
}
