package quern.inference.template;

import java.util.List;
import java.util.Set;

/** Walks the words of one tag. */
class TokenCursor {

    private static final Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

    private final List<Token> tokens;
    private int at;

    TokenCursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** The words from here on. */
    final List<Token> rest() {
        return tokens.subList(at, tokens.size());
    }

    final Token peek() {
        return tokens.get(at);
    }

    final Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    final Token next() {
        Token token = tokens.get(at);
        at += token.kind() == Token.Kind.END ? 0 : 1;
        return token;
    }

    final boolean skip(String operatorOrName) {
        boolean found = peek().is(operatorOrName);
        at += found ? 1 : 0;
        return found;
    }

    final void expect(String operatorOrName) {
        if (!skip(operatorOrName)) {
            throw failure("expected " + operatorOrName);
        }
    }

    final String name() {
        if (peek().kind() != Token.Kind.NAME) {
            throw failure("expected a name");
        }
        return next().text();
    }

    /** A name that a value can be given to. */
    final String assignable() {
        if (CONSTANTS.contains(peek().text())) {
            throw failure("cannot assign to " + peek().text());
        }
        return name();
    }

    final void end() {
        if (peek().kind() != Token.Kind.END) {
            throw failure("expected the end of the tag");
        }
    }

    final TemplateException failure(String problem) {
        return new TemplateException(
                "chat template line " + peek().line() + ": " + problem + ", found " + peek().text());
    }

    /** Whether an {@code if} follows inside the brackets the parser is in. */
    final boolean conditionAhead() {
        int depth = 0;
        for (Token token : rest()) {
            if (depth < 0) {
                return false;
            }
            if (token.kind() == Token.Kind.OPERATOR) {
                depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
                if (depth == 0 && token.text().equals(",")) {
                    return false;
                }
            } else if (depth == 0 && token.is("if")) {
                return true;
            }
        }
        return false;
    }
}
