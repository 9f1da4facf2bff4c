package quern.actors.engine;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import quern.actors.serving.AnswerForm;
import quern.actors.serving.Prompt;
import quern.actors.serving.PromptEncoder;
import quern.config.GrammarConfig;
import quern.inference.LoadedModel;
import quern.inference.sampling.TokenMask;
import quern.inference.template.ChatTemplate;
import quern.inference.template.Conversation;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolPrompt;
import quern.inference.tool.ToolSyntax;

/** A model's side of text: prompts through its chat template, else the plain one; answers held to its vocabulary. */
final class ModelText implements PromptEncoder {

    private final ChatTemplate template;
    private final ToolSyntax syntax;
    private final Tokenizer tokenizer;
    private final String begin;
    private final String end;
    private final AnswerGrammars grammars;

    ModelText(LoadedModel model, GrammarConfig config) {
        this.template = model.chatTemplate().map(ChatTemplate::parse).orElseGet(ChatTemplate::plain);
        this.syntax = ToolSyntax.of(model.chatTemplate().orElse(""));
        this.tokenizer = model.tokenizer();
        this.begin = tokenizer.beginToken().isPresent() ? tokenizer.text(tokenizer.beginToken().getAsInt()) : "";
        this.end = tokenizer.endTokens().isEmpty() ? "" : tokenizer.text(tokenizer.endTokens().getFirst());
        this.grammars = new AnswerGrammars(tokenizer, syntax, config);
    }

    @Override
    public int[] encode(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat(List<Map<String, Object>> messages, List<Map<String, Object>> tools) ->
                tokenizer.encodeTemplate(template.render(new Conversation(
                        syntax.known() ? messages : ToolPrompt.plain(messages, tools),
                        syntax.known() ? tools : List.of(), true, begin, end, LocalDateTime.now(), Map.of())));
            case Prompt.Text(String text) -> tokenizer.encode(text, true);
            case Prompt.Tokens(List<Integer> ids) -> ids.stream().mapToInt(Integer::intValue).toArray();
        };
    }

    @Override
    public Optional<Supplier<TokenMask>> masks(AnswerForm form) {
        return grammars.masks(form);
    }

    @Override
    public ToolSyntax toolSyntax() {
        return syntax;
    }
}
