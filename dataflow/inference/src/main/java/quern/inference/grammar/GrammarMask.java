package quern.inference.grammar;

import java.util.BitSet;
import quern.config.QuernException;
import quern.inference.sampling.TokenMask;

/** Where one sequence stands in its grammar. Once an end token was drawn, only end tokens may follow. */
final class GrammarMask implements TokenMask {

    private final TokenGrammar grammar;
    private MatchState state;
    private boolean ended;
    /** The token asked about last and where it leads: mostly it is the one that is then drawn. */
    private int asked = -1;
    private MatchState answer;

    GrammarMask(TokenGrammar grammar, MatchState start) {
        this.grammar = grammar;
        this.state = start;
    }

    @Override
    public BitSet allowed() {
        return ended ? grammar.ends() : grammar.allowed(state);
    }

    @Override
    public boolean allows(int token) {
        return grammar.isEnd(token) ? ended || state.ends : !ended && !next(token).dead();
    }

    private MatchState next(int token) {
        if (token != asked) {
            answer = grammar.next(state, token);
            asked = token;
        }
        return answer;
    }

    @Override
    public void accept(int token) {
        if (!allows(token)) {
            throw new QuernException(QuernException.Category.ERROR,
                    "token " + token + " was drawn, which the grammar does not allow");
        }
        if (grammar.isEnd(token)) {
            ended = true;
        } else {
            state = next(token);
            asked = -1;
        }
    }
}
