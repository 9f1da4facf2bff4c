package quern.inference.tool;

import java.util.ArrayList;
import java.util.List;
import quern.inference.grammar.CallForm;
import quern.inference.grammar.Grammar;
import quern.inference.tokenizer.Tokenizer;

/**
 * How a family of models writes calls of functions.
 *
 * @param opening what stands before calls, without blanks; empty: the answer is the object of the call
 * @param list whether all calls stand in one list behind a single opening
 * @param argumentsKey key of the arguments in the object of a call
 * @param closing what stands behind a call, without blanks; may be empty
 * @param known whether the model's own template shows tools, calls and results; otherwise {@link ToolPrompt} does
 * @param idChars letters of a call's id
 */
public record ToolSyntax(
        String opening, boolean list, String argumentsKey, String closing, boolean known, int idChars) {

    private static final int ID_CHARS = 24;
    private static final int MISTRAL_ID_CHARS = 9;

    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}: Hermes, Qwen, and models without any. */
    public static final ToolSyntax HERMES =
            new ToolSyntax("<tool_call>", false, "arguments", "</tool_call>", true, ID_CHARS);
    /** The same for models whose template knows no tools. */
    public static final ToolSyntax PLAIN =
            new ToolSyntax("<tool_call>", false, "arguments", "</tool_call>", false, ID_CHARS);
    /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}. */
    public static final ToolSyntax MISTRAL =
            new ToolSyntax("[TOOL_CALLS]", true, "arguments", "", true, MISTRAL_ID_CHARS);
    /** {@code <|tool_call|>[{"name": ..., "arguments": {...}}]}. */
    public static final ToolSyntax GRANITE = new ToolSyntax("<|tool_call|>", true, "arguments", "", true, ID_CHARS);
    /** {@code functools[{"name": ..., "arguments": {...}}]}. */
    public static final ToolSyntax PHI = new ToolSyntax("functools", true, "arguments", "", true, ID_CHARS);
    /** {@code {"name": ..., "parameters": {...}}}: Llama 3. */
    public static final ToolSyntax LLAMA = new ToolSyntax("", false, "parameters", "", true, ID_CHARS);

    /** What a chat template tells the model to write; {@link #PLAIN} if it knows no tools or writes them otherwise. */
    public static ToolSyntax of(String template) {
        if (!template.contains("tools")) {
            return PLAIN;
        }
        for (ToolSyntax syntax : List.of(HERMES, MISTRAL, GRANITE)) {
            if (template.contains(syntax.opening())) {
                return syntax;
            }
        }
        if (template.contains("functools[")) {
            return PHI;
        }
        boolean llama = template.contains("<|python_tag|>") || template.contains("\"parameters\":");
        return llama ? LLAMA : PLAIN;
    }

    /** Of opening and closing those that are control tokens of this vocabulary. */
    public List<String> markers(Tokenizer tokenizer) {
        List<String> markers = new ArrayList<>();
        for (String sign : List.of(opening, closing)) {
            for (int id = 0; id < tokenizer.vocabularySize() && !sign.isEmpty(); id++) {
                if (tokenizer.isControl(id) && tokenizer.text(id).equals(sign) && !markers.contains(sign)) {
                    markers.add(sign);
                }
            }
        }
        return markers;
    }

    /** @param markers see {@link #markers} */
    public CallForm form(List<String> markers) {
        return new CallForm(opening, symbol(markers, opening), list, argumentsKey, closing, symbol(markers, closing));
    }

    private static int symbol(List<String> markers, String sign) {
        int index = markers.indexOf(sign);
        return index < 0 ? -1 : Grammar.MARKER + index;
    }
}
