package quern.curation.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quern.curation.Draft;
import quern.curation.FieldPath;
import quern.curation.Mapper;
import quern.curation.TextGenerator.Answer;
import quern.curation.TextGenerator.Message;

/**
 * Has new prompts written after prompts there are; what is written is an example for the next.
 *
 * <p>Recipe key {@code optimize_prompt_mapper}. Data-Juicer takes the prompts of a batch, whose size depends on how it
 * runs; here a batch is one sample, and every sample with a text in {@code prompt} becomes several. On a sample that a
 * grouper made, whose fields are lists, the batch is the group: {@code prompt} and the other lists grow, the others by
 * copies of their first element. A prompt like one there is already is asked for again. Prompts that cannot be had are
 * missing, and the report notes it; a sample without a prompt is left alone.
 *
 * @param wanted new prompts
 * @param examplesMax prompts shown in one request
 * @param keepOriginal whether the prompts there were stay
 * @param pattern finds the prompt in a free answer; absent: the answer is JSON
 */
public record PromptMapper(Asking asking, String promptKey, int wanted, int examplesMax, boolean keepOriginal,
        String prompt, Forms forms, Optional<Pattern> pattern) implements Mapper {

    /** One place each. */
    public record Forms(Template input, Template example, Template prompt) {}

    @Override
    public String name() {
        return "optimize_prompt_mapper";
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public String emptyReason() {
        return "no new prompt made of it";
    }

    @Override
    public List<Draft> apply(Draft draft) {
        JsonNode given = FieldPath.get(draft.fields(), promptKey);
        if (given instanceof ArrayNode prompts && texts(prompts) != null) {
            List<String> made = write(draft, texts(prompts));
            grow(draft.fields(), prompts.size(), made);
            return List.of(draft);
        }
        if (given == null || !given.isTextual()) {
            draft.note("no prompt");
            return List.of(draft);
        }
        List<Draft> all = new ArrayList<>();
        if (keepOriginal) {
            all.add(draft);
        }
        for (String one : write(draft, List.of(given.textValue()))) {
            ObjectNode fields = draft.fields().deepCopy();
            FieldPath.set(fields, promptKey, fields.textNode(one));
            all.add(draft.copy(fields));
        }
        return all;
    }

    private static List<String> texts(ArrayNode prompts) {
        List<String> texts = new ArrayList<>();
        for (JsonNode one : prompts) {
            if (!one.isTextual()) {
                return null;
            }
            texts.add(one.textValue());
        }
        return texts;
    }

    private List<String> write(Draft draft, List<String> prompts) {
        List<String> examples = new ArrayList<>(prompts.subList(0, Math.min(examplesMax, prompts.size())));
        List<String> known = new ArrayList<>(prompts);
        List<String> made = new ArrayList<>();
        for (int i = 0; i < wanted && !prompts.isEmpty(); i++) {
            StringBuilder shown = new StringBuilder();
            examples.forEach(one -> shown.append(forms.example().fill(_ -> forms.prompt().fill(_ -> one))));
            List<Message> messages = List.of(Message.system(prompt),
                    Message.user(forms.input().fill(_ -> shown.toString())));
            Optional<String> written = (pattern.isPresent()
                    ? asking.text(draft, messages, answer -> another(matched(pattern.get(), answer), known))
                    : asking.json(draft, messages, Schemas.object("prompt", Schemas.passage()), answer ->
                            another(AnswerJson.text(AnswerJson.object(answer), "prompt"), known))).value();
            if (written.isPresent()) {
                made.add(written.get());
                known.add(written.get());
                examples.add(written.get());
                if (examples.size() > examplesMax) {
                    examples.removeFirst();
                }
            }
        }
        return made;
    }

    private static String matched(Pattern pattern, Answer answer) {
        List<List<String>> found = PatternReader.all(pattern, answer.text());
        if (found.isEmpty() || found.getFirst().getFirst().isEmpty()) {
            throw new UnusableAnswer(answer.text().isBlank() ? "empty" : "not in the form of the pattern");
        }
        return found.getFirst().getFirst();
    }

    private static String another(String prompt, List<String> known) {
        if (known.contains(prompt)) {
            throw new UnusableAnswer("a prompt there is already");
        }
        return prompt;
    }

    private void grow(ObjectNode fields, int before, List<String> made) {
        for (var field : List.copyOf(fields.properties())) {
            if (field.getValue() instanceof ArrayNode list && list.size() == before && before > 0) {
                ArrayNode grown = fields.arrayNode();
                if (keepOriginal) {
                    grown.addAll(list);
                }
                made.forEach(one -> grown.add(field.getKey().equals(promptKey) ? fields.textNode(one)
                        : list.get(0).deepCopy()));
                fields.set(field.getKey(), grown);
            }
        }
    }
}
