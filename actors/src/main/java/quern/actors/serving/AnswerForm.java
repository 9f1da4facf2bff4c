package quern.actors.serving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quern.inference.grammar.CallGrammar;

/** What an answer must look like. */
public sealed interface AnswerForm {

    /** Any text. */
    enum Free implements AnswerForm { TEXT }

    /** A JSON object. */
    enum AnyObject implements AnswerForm { JSON }

    /**
     * A JSON document.
     *
     * @param field the request field that holds the schema
     */
    record Document(JsonNode schema, String field) implements AnswerForm {}

    /**
     * Calls of functions.
     *
     * @param functions those that may be called
     * @param shown the tools as the model's template gets them
     * @param must whether the answer is calls only; otherwise the model decides
     * @param several whether there may be more than one call
     */
    record Calls(List<CallGrammar.Function> functions, List<Map<String, Object>> shown, boolean must, boolean several)
            implements AnswerForm {
        public Calls {
            functions = List.copyOf(functions);
            shown = List.copyOf(shown);
        }
    }

    /** Calls, if the answer may have some. */
    default Optional<Calls> calls() {
        return this instanceof Calls calls ? Optional.of(calls) : Optional.empty();
    }
}
