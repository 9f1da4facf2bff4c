package quern.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.tuning.TrainingSample.Chat;
import quern.tuning.TrainingSample.Completion;
import quern.tuning.TrainingSample.Pair;

/**
 * Two answers and what they answer, of one sample. An answer is a text, a message, or messages with at least one of the
 * assistant. What they answer is {@code messages}, {@code prompt} (a text that no template is put around, where the
 * answers are texts too; or messages), {@code conversations}, {@code instruction} with Alpaca's other fields,
 * {@code question} or {@code query}; or it is what two conversations begin with alike. Of it nothing is learnt.
 */
final class PairReader {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> QUESTIONS =
            List.of("messages", "prompt", "conversations", "instruction", "question", "query");

    private final JsonNode sample;
    private final Optional<String> span;

    PairReader(JsonNode sample, Optional<String> span) {
        this.sample = sample;
        this.span = span;
    }

    /** {@code chosen} and {@code rejected}. */
    Pair chosen() {
        List<String> asked = QUESTIONS.stream().filter(field -> SampleForm.says(sample, field)).toList();
        if (asked.size() > 1) {
            throw SampleForm.refused("has " + String.join(" and ", asked) + " beside chosen and rejected, expected one"
                    + " of them");
        }
        JsonNode chosen = sample.get("chosen");
        JsonNode rejected = sample.get("rejected");
        String question = asked.isEmpty() ? "" : asked.getFirst();
        refuseOthers(question);
        boolean texts = chosen.isTextual() && rejected.isTextual();
        if (texts && question.equals("prompt") && sample.get("prompt").isTextual()) {
            String prompt = sample.get("prompt").asText();
            return new Pair(new Completion(prompt, chosen.asText(), span),
                    new Completion(prompt, rejected.asText(), Optional.empty()));
        }
        return isConversation(chosen) ? conversations(chosen, rejected, question)
                : pair(question(question), SampleForm.tools(sample), answer(chosen, "chosen"),
                        answer(rejected, "rejected"));
    }

    /** OpenAI's {@code input}, {@code preferred_output} and {@code non_preferred_output}. */
    Pair outputs() {
        JsonNode input = sample.get("input");
        input.fieldNames().forEachRemaining(field -> {
            if (!List.of("messages", "tools", "parallel_tool_calls").contains(field)) {
                throw SampleForm.refused("has in input a field " + field + ", which cannot be honoured");
            }
        });
        if (!input.has("messages")) {
            throw SampleForm.refused("has an input without messages");
        }
        return pair(list(SampleForm.array(input, "messages")), SampleForm.tools(input),
                answer(sample.get("preferred_output"), "preferred_output"),
                answer(sample.get("non_preferred_output"), "non_preferred_output"));
    }

    /** {@code query}, {@code response} and {@code rejected_response}. */
    Pair responses() {
        refuseOthers("query");
        return pair(question("query"), List.of(), answer(sample.get("response"), "response"),
                answer(sample.get("rejected_response"), "rejected_response"));
    }

    private void refuseOthers(String question) {
        boolean alpaca = question.equals("instruction");
        refuse("history", alpaca, question);
        refuse("system", alpaca || List.of("conversations", "question", "query").contains(question), question);
        refuse("tools", question.equals("messages") || question.equals("conversations"), question);
    }

    private void refuse(String field, boolean known, String question) {
        if (!known && SampleForm.says(sample, field)) {
            throw SampleForm.refused("has a field " + field + " beside " + (question.isEmpty() ? "chosen" : question)
                    + ", which cannot be honoured");
        }
    }

    private List<JsonNode> question(String field) {
        List<Map<String, Object>> messages = new ArrayList<>();
        if (field.isEmpty()) {
            throw SampleForm.refused("has chosen and rejected and nothing that they answer, expected one of "
                    + String.join(", ", QUESTIONS));
        }
        if (!field.equals("instruction") && SampleForm.says(sample, "system")) {
            messages.add(SampleForm.message("system", SampleForm.text(sample, "system")));
        }
        switch (field) {
            case "instruction" -> messages.addAll(SampleForm.instruction(sample));
            case "conversations" -> messages.addAll(SampleForm.turns(SampleForm.array(sample, field)));
            default -> {
                if (!sample.get(field).isTextual()) {
                    return list(SampleForm.array(sample, field));
                }
                messages.add(SampleForm.message("user", sample.get(field).asText()));
            }
        }
        return list(JSON.valueToTree(messages));
    }

    private static boolean isConversation(JsonNode answer) {
        return answer.isArray() && answer.path(0).isObject()
                && !answer.path(0).path("role").asText("assistant").equals("assistant")
                && !answer.path(0).path("role").asText().equals("tool");
    }

    /** Of which what they begin with alike is the question. A prompt beside them repeats its last message. */
    private Pair conversations(JsonNode chosen, JsonNode rejected, String question) {
        int alike = 0;
        while (alike < chosen.size() && alike < rejected.size() && chosen.get(alike).equals(rejected.get(alike))) {
            alike++;
        }
        // Answers may begin alike, but the question does not end with one.
        while (alike > 0 && chosen.get(alike - 1).path("role").asText().equals("assistant")) {
            alike--;
        }
        String last = chosen.path(alike - 1).path("content").asText();
        if (!question.isEmpty() && !(question.equals("prompt") && sample.get("prompt").asText().equals(last))) {
            throw SampleForm.refused("has whole conversations as chosen and rejected, and beside them " + question
                    + " that is not the last message which they begin with alike");
        }
        List<JsonNode> both = list(chosen);
        List<JsonNode> other = list(rejected);
        if (alike == both.size() || alike >= other.size()) {
            throw SampleForm.refused("has conversations as chosen and rejected that do not part");
        }
        return pair(both.subList(0, alike), List.of(), answered(both.subList(alike, both.size()), "chosen"),
                answered(other.subList(alike, other.size()), "rejected"));
    }

    private List<JsonNode> answer(JsonNode given, String field) {
        if (given.isTextual()) {
            return list(JSON.valueToTree(List.of(SampleForm.message("assistant", given.asText()))));
        }
        if (!given.isObject() && !given.isArray()) {
            throw SampleForm.refused("has " + field + " of type " + given.getNodeType()
                    + ", expected a text, a message or an array of messages");
        }
        ArrayNode messages = given.isArray() ? (ArrayNode) given : JsonNodeFactory.instance.arrayNode().add(given);
        boolean turns = messages.path(0).has("from");
        return answered(list(turns ? JSON.valueToTree(SampleForm.turns(messages)) : messages), field);
    }

    private static List<JsonNode> answered(List<JsonNode> messages, String field) {
        if (messages.isEmpty() || !messages.getFirst().path("role").asText().equals("assistant")) {
            throw SampleForm.refused("has " + field + " that does not begin with a message of the assistant");
        }
        return messages;
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    private Pair pair(
            List<JsonNode> question, List<Map<String, Object>> tools, List<JsonNode> chosen, List<JsonNode> rejected) {
        if (question.isEmpty() || question.getLast().path("role").asText().equals("assistant")) {
            throw SampleForm.refused("has a question that " + (question.isEmpty() ? "is empty" : "ends with a message"
                    + " of the assistant") + ", expected what the two answers answer");
        }
        return new Pair(chat(question, tools, chosen, span), chat(question, tools, rejected, Optional.empty()));
    }

    private static Chat chat(
            List<JsonNode> question, List<Map<String, Object>> tools, List<JsonNode> answer, Optional<String> span) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        ArrayNode messages = whole.putArray("messages");
        for (JsonNode message : question) {
            boolean earlier = message.path("role").asText().equals("assistant");
            messages.add(earlier ? ((ObjectNode) message.deepCopy()).put("weight", 0) : message);
        }
        messages.addAll(answer);
        whole.set("tools", JSON.valueToTree(tools));
        return SampleForm.chat(whole, span);
    }
}
