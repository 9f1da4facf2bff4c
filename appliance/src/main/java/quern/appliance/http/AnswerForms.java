package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import quern.actors.serving.AnswerForm;
import quern.inference.grammar.CallGrammar;

/** Reads what a chat request says about the form of its answer: {@code response_format}, {@code tools} and the like. */
final class AnswerForms {

    private static final String NAME = "[a-zA-Z0-9_-]{1,64}";

    private AnswerForms() {}

    /** @throws ApiError 400 naming the field */
    static AnswerForm read(Fields body, int toolsMax) {
        AnswerForm format = format(body);
        boolean several = body.flag("parallel_tool_calls", true);
        List<CallGrammar.Function> functions = new ArrayList<>();
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Fields tool : body.objects("tools", toolsMax).orElse(List.of())) {
            functions.add(function(tool, functions));
            shown.add(Json.plain(tool.node()));
        }
        Choice choice = choice(body, functions);
        if (choice.none() || functions.isEmpty()) {
            return format;
        }
        if (format != AnswerForm.Free.TEXT && !choice.must()) {
            throw body.invalid("response_format", "beside tools needs tool_choice to be none, required or a function");
        }
        return new AnswerForm.Calls(choice.functions(), shown, choice.must(), several && !choice.named());
    }

    /** @param functions those that may be called */
    private record Choice(List<CallGrammar.Function> functions, boolean none, boolean must, boolean named) {}

    private static Choice choice(Fields body, List<CallGrammar.Function> functions) {
        Optional<JsonNode> raw = body.raw("tool_choice");
        if (raw.isPresent() && raw.get().isObject()) {
            Fields choice = body.object("tool_choice").orElseThrow();
            choice.only("type", Set.of("function"));
            choice.requiredText("type");
            Fields named = choice.object("function").orElseThrow(() -> choice.missing("function"));
            String name = named.requiredText("name");
            named.refuseOthers();
            choice.refuseOthers();
            List<CallGrammar.Function> chosen = functions.stream().filter(one -> one.name().equals(name)).toList();
            if (chosen.isEmpty()) {
                throw named.invalid("name", "is not the name of one of the tools");
            }
            return new Choice(chosen, false, true, true);
        }
        String text = body.text("tool_choice").orElse("auto");
        if (!Set.of("none", "auto", "required").contains(text)) {
            throw body.invalid("tool_choice", "is none of none, auto, required and a function");
        }
        if (text.equals("required") && functions.isEmpty()) {
            throw body.invalid("tool_choice", "is required, but there are no tools");
        }
        return new Choice(functions, text.equals("none"), text.equals("required"), false);
    }

    private static CallGrammar.Function function(Fields tool, List<CallGrammar.Function> before) {
        tool.only("type", Set.of("function"));
        tool.requiredText("type");
        Fields function = tool.object("function").orElseThrow(() -> tool.missing("function"));
        String name = function.requiredText("name");
        if (!name.matches(NAME)) {
            throw function.invalid("name", "is not 1 to 64 letters, digits, underscores and dashes");
        }
        if (before.stream().anyMatch(other -> other.name().equals(name))) {
            throw function.invalid("name", "is the name of another tool too");
        }
        function.text("description");
        function.flag("strict", false);
        Optional<Fields> parameters = function.object("parameters");
        function.refuseOthers();
        tool.refuseOthers();
        return new CallGrammar.Function(
                name, parameters.map(Fields::node).orElse(null), function.name("parameters"));
    }

    private static AnswerForm format(Fields body) {
        Optional<Fields> given = body.object("response_format");
        if (given.isEmpty()) {
            return AnswerForm.Free.TEXT;
        }
        Fields format = given.get();
        String type = format.requiredText("type");
        AnswerForm form = switch (type) {
            case "text" -> AnswerForm.Free.TEXT;
            case "json_object" -> AnswerForm.AnyObject.JSON;
            case "json_schema" -> document(format);
            default -> throw format.invalid("type", "is none of "
                    + String.join(", ", new TreeSet<>(Set.of("text", "json_object", "json_schema"))));
        };
        format.refuseOthers();
        return form;
    }

    private static AnswerForm document(Fields format) {
        Fields schema = format.object("json_schema").orElseThrow(() -> format.missing("json_schema"));
        String name = schema.requiredText("name");
        if (!name.matches(NAME)) {
            throw schema.invalid("name", "is not 1 to 64 letters, digits, underscores and dashes");
        }
        schema.text("description");
        schema.flag("strict", false);
        JsonNode rules = schema.raw("schema").orElseThrow(() -> schema.missing("schema"));
        schema.refuseOthers();
        return new AnswerForm.Document(rules, schema.name("schema"));
    }
}
