package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.GenerationEvent;
import quern.actors.serving.SubmitReply;
import quern.inference.engine.FinishReason;
import quern.inference.grammar.CallGrammar;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolCallReader;
import quern.inference.tool.ToolCallReader.Arguments;
import quern.inference.tool.ToolCallReader.Called;
import quern.inference.tool.ToolCallReader.Content;
import quern.inference.tool.ToolSyntax;

/** The calls of functions in one answer, found piece by piece. */
final class AnswerCalls {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final int LONG_ID_CHARS = 16;

    private final ToolSyntax syntax;
    private final Tokenizer tokenizer;
    private final ToolCallReader reader;
    private final boolean must;

    AnswerCalls(AnswerForm.Calls calls, SubmitReply.Accepted accepted) {
        this.syntax = accepted.toolSyntax();
        this.tokenizer = accepted.tokenizer();
        this.must = calls.must();
        Set<String> names = calls.functions().stream().map(CallGrammar.Function::name).collect(Collectors.toSet());
        this.reader = new ToolCallReader(syntax, names, calls.several());
    }

    /** What a piece of the answer brings. */
    List<ToolCallReader.Event> piece(GenerationEvent.Piece piece) {
        // A control token that opens or closes a call has no text of its own.
        String sign = tokenizer.isControl(piece.token()) ? tokenizer.text(piece.token()) : "";
        boolean marks = !sign.isEmpty() && (sign.equals(syntax.opening()) || sign.equals(syntax.closing()));
        return wanted(reader.append(marks ? sign + piece.text() : piece.text()));
    }

    /** What its end brings. */
    List<ToolCallReader.Event> end(String text) {
        var events = new ArrayList<>(reader.append(text));
        events.addAll(reader.finish());
        return wanted(events);
    }

    /* An answer of calls has no text: what looks like some is the beginning of a call that was cut off. */
    private List<ToolCallReader.Event> wanted(List<ToolCallReader.Event> events) {
        return must ? events.stream().filter(event -> !(event instanceof Content)).toList() : events;
    }

    String reason(FinishReason reason) {
        return reader.called() && reason == FinishReason.STOP ? "tool_calls" : ReplyHead.reason(reason);
    }

    /** The message of a whole answer. */
    ObjectNode message(AnswerSet.Answer answer) {
        var events = new ArrayList<ToolCallReader.Event>();
        int streamed = 0;
        for (GenerationEvent.Piece piece : answer.pieces) {
            events.addAll(piece(piece));
            streamed += piece.text().length();
        }
        events.addAll(end(answer.text.substring(streamed)));
        var text = new StringBuilder();
        ArrayNode calls = Json.array();
        var arguments = new ArrayList<StringBuilder>();
        for (ToolCallReader.Event event : events) {
            switch (event) {
                case Content content -> text.append(content.text());
                case Called called -> {
                    calls.add(call(called));
                    arguments.add(new StringBuilder());
                }
                case Arguments more -> arguments.get(more.index()).append(more.text());
            }
        }
        for (int i = 0; i < arguments.size(); i++) {
            ((ObjectNode) calls.get(i).get("function")).put("arguments", arguments.get(i).toString());
        }
        ObjectNode message = Json.object().put("role", "assistant");
        message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString()).putNull("refusal");
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
        return message;
    }

    /** The delta of a streamed answer that an event becomes: ids and names once, at most one call. */
    ObjectNode delta(ToolCallReader.Event event) {
        ObjectNode delta = Json.object();
        switch (event) {
            case Content content -> delta.put("content", content.text());
            case Called called -> {
                ObjectNode call = delta.putArray("tool_calls").addObject().put("index", called.index());
                call.setAll(call(called));
            }
            case Arguments more -> delta.putArray("tool_calls").addObject().put("index", more.index())
                    .putObject("function").put("arguments", more.text());
        }
        return delta;
    }

    private ObjectNode call(Called called) {
        ObjectNode call = Json.object().put("id", id()).put("type", "function");
        call.putObject("function").put("name", called.name()).put("arguments", "");
        return call;
    }

    private String id() {
        var id = new StringBuilder(syntax.idChars() > LONG_ID_CHARS ? "call_" : "");
        for (int i = 0; i < syntax.idChars(); i++) {
            id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return id.toString();
    }
}
