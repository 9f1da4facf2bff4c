package quern.curation.generation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;
import quern.curation.TextModel;

/**
 * Names what is most closely related to an entity in all samples of a group, the most important first.
 *
 * <p>Recipe key {@code most_relevant_entities_aggregator}: works on samples whose fields are lists, as groupers make
 * them, and writes a list of names below {@code __dj__batch_meta__}. What is beyond {@code max_token_num} is not read,
 * as in Data-Juicer; here the report notes it.
 *
 * @param sizes counts tokens; null where all is read
 * @param tokensMax that are read; 0: all
 * @param input with places for {@code {entity}}, {@code {entity_type}} and {@code {sub_docs}}
 * @param pattern reads a free answer; absent: the answer is JSON
 */
public record RelevantEntitiesAggregator(Asking asking, TextModel sizes, int tokensMax, String inputKey,
        String outputKey, String entity, String type, String prompt, Template input, Optional<Pattern> pattern)
        implements Mapper {

    private static final int ENTITIES_MAX = 50;

    @Override
    public String name() {
        return "most_relevant_entities_aggregator";
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
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        if (!texts.isEmpty()) {
            find(draft, String.join("\n\n", read(draft, texts))).forEach(names::add);
        }
        Digest.write(draft, outputKey, names);
        return List.of(draft);
    }

    private List<String> read(Draft draft, List<String> texts) {
        List<String> taken = new ArrayList<>();
        long tokens = 0;
        for (String text : texts) {
            tokens += tokensMax == 0 ? 0 : sizes.pieces(text).length;
            if (tokensMax > 0 && tokens > tokensMax) {
                draft.note("texts beyond max_token_num not read");
                break;
            }
            taken.add(text);
        }
        return taken;
    }

    private List<String> find(Draft draft, String texts) {
        List<Message> messages = List.of(Message.system(prompt), Message.user(input.fill(place -> switch (place) {
            case "entity" -> entity;
            case "entity_type" -> type;
            default -> texts;
        })));
        return (pattern.isPresent()
                ? asking.text(draft, messages, answer -> some(matched(pattern.get(), answer)))
                : asking.json(draft, messages, Schemas.object("analysis", Schemas.passage().put("maxLength", 1000),
                        "entities", Schemas.list(Schemas.name(), ENTITIES_MAX).put("minItems", 1)), answer ->
                        some(AnswerJson.texts(AnswerJson.object(answer), "entities")))).orElse(List.of());
    }

    private static List<String> matched(Pattern pattern, Answer answer) {
        List<List<String>> found = PatternReader.all(pattern, answer.text());
        return found.isEmpty() ? List.of() : Names.split(found.getFirst().getFirst());
    }

    private static List<String> some(List<String> names) {
        if (names.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return names;
    }
}
