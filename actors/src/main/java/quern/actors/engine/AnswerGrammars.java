package quern.actors.engine;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import quern.actors.serving.AnswerForm;
import quern.config.GrammarConfig;
import quern.inference.grammar.CallGrammar;
import quern.inference.grammar.Grammar;
import quern.inference.grammar.GrammarLimits;
import quern.inference.grammar.TokenGrammar;
import quern.inference.grammar.TokenTrie;
import quern.inference.sampling.TokenMask;
import quern.inference.tokenizer.Tokenizer;
import quern.inference.tool.ToolSyntax;

/** The grammars of one model's answers, the latest kept: what they found about tokens serves the next request too. */
final class AnswerGrammars {

    private final Tokenizer tokenizer;
    private final ToolSyntax syntax;
    private final GrammarConfig config;
    private final GrammarLimits limits;
    private final Map<AnswerForm, TokenGrammar> kept = new LinkedHashMap<>(16, 0.75f, true);
    private List<String> markers;
    private TokenTrie trie;

    AnswerGrammars(Tokenizer tokenizer, ToolSyntax syntax, GrammarConfig config) {
        this.tokenizer = tokenizer;
        this.syntax = syntax;
        this.config = config;
        this.limits = new GrammarLimits(config.statesMax(), (int) config.schemaMax().bytes());
    }

    Optional<Supplier<TokenMask>> masks(AnswerForm form) {
        boolean free = switch (form) {
            case AnswerForm.Free any -> true;
            case AnswerForm.AnyObject object -> false;
            case AnswerForm.Document document -> false;
            // Without an opening nothing tells a call from other text before it is over.
            case AnswerForm.Calls calls -> !calls.must() && syntax.opening().isEmpty();
        };
        if (free) {
            return Optional.empty();
        }
        TokenGrammar grammar = grammar(form);
        return Optional.of(grammar::mask);
    }

    /* On the caller's thread, never the engine's, and outside the lock: a costly schema must not make others wait. */
    private TokenGrammar grammar(AnswerForm form) {
        synchronized (this) {
            if (trie == null) {
                markers = syntax.markers(tokenizer);
                trie = TokenTrie.of(tokenizer, markers);
            }
            TokenGrammar known = kept.get(form);
            if (known != null) {
                return known;
            }
        }
        TokenGrammar made = new TokenGrammar(compile(form), trie, config.memory().bytes());
        made.prepare();
        synchronized (this) {
            kept.put(form, made);
            if (kept.size() > config.compiledMax()) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        return made;
    }

    private Grammar compile(AnswerForm form) {
        return switch (form) {
            case AnswerForm.Free any -> throw new IllegalArgumentException("free text has no grammar");
            case AnswerForm.AnyObject object -> Grammar.jsonObject(limits);
            case AnswerForm.Document document -> Grammar.ofSchema(
                    document.schema() == null ? NullNode.instance : document.schema(), document.field(), limits);
            case AnswerForm.Calls calls -> calls.must()
                    ? CallGrammar.calls(calls.functions(), syntax.form(markers), calls.several(), limits)
                    : CallGrammar.textOrCalls(calls.functions(), syntax.form(markers), calls.several(), limits);
        };
    }
}
