package quern.curation.generation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Sums up what all samples of a group say of one attribute of an entity.
 *
 * <p>Recipe key {@code entity_attribute_aggregator}: as {@link NestedAggregator}, after the attribute was summed up in
 * each part of the group.
 *
 * @param digest cuts the group into parts and joins their sums
 * @param input of one part, with places for {@code {entity}}, {@code {attribute}} and {@code {sub_docs}}
 * @param pattern reads a free answer; absent: the answer is JSON
 */
public record EntityAttributeAggregator(Digest digest, String inputKey, String outputKey, String entity,
        String attribute, String prompt, Template input, Optional<Pattern> pattern) implements Mapper {

    @Override
    public String name() {
        return "entity_attribute_aggregator";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public List<Draft> apply(Draft draft) {
        List<String> texts = Digest.texts(draft, inputKey);
        if (texts == null) {
            draft.note("no group with texts in " + inputKey);
            return List.of(draft);
        }
        List<String> sums = new ArrayList<>();
        for (List<String> part : texts.isEmpty() ? List.<List<String>>of() : digest.groups(texts)) {
            String sum = sum(draft, String.join("\n\n", part));
            if (!sum.isEmpty()) {
                sums.add(sum);
            }
        }
        Digest.write(draft, outputKey, JsonNodeFactory.instance.textNode(digest.of(draft, sums)));
        return List.of(draft);
    }

    private String sum(Draft draft, String texts) {
        List<Message> messages = List.of(Message.system(prompt), Message.user(input.fill(place -> switch (place) {
            case "entity" -> entity;
            case "attribute" -> attribute;
            default -> texts;
        })));
        return (pattern.isPresent()
                ? digest.asking().text(draft, messages, answer -> matched(pattern.get(), answer))
                : digest.asking().json(draft, messages, Schemas.object("summary", Schemas.passage()), answer ->
                        AnswerJson.text(AnswerJson.object(answer), "summary"))).orElse("");
    }

    private static String matched(Pattern pattern, Answer answer) {
        List<List<String>> found = PatternReader.all(pattern, answer.text());
        if (found.isEmpty() || found.getFirst().getFirst().isEmpty()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
        }
        return found.getFirst().getFirst();
    }
}
