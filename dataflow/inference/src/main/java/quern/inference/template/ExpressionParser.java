package quern.inference.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses the expressions of one tag, by recursive descent with Jinja's precedences. */
final class ExpressionParser {

    private static final int NESTING_MAX = 60;
    private static final int CHAIN_MAX = 150;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final List<Token> tokens;
    private int at;
    private int nesting;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    private Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        at += token.kind() == Token.Kind.END ? 0 : 1;
        return token;
    }

    boolean skip(String operatorOrName) {
        boolean found = peek().is(operatorOrName);
        at += found ? 1 : 0;
        return found;
    }

    void expect(String operatorOrName) {
        if (!skip(operatorOrName)) {
            throw failure("expected " + operatorOrName);
        }
    }

    String name() {
        if (peek().kind() != Token.Kind.NAME) {
            throw failure("expected a name");
        }
        return next().text();
    }

    void end() {
        if (peek().kind() != Token.Kind.END) {
            throw failure("expected the end of the tag");
        }
    }

    TemplateException failure(String problem) {
        return new TemplateException(
                "chat template line " + peek().line() + ": " + problem + ", found " + peek().text());
    }

    /** Expressions separated by commas are a list. */
    Expression tuple() {
        Expression first = expression();
        if (!peek().is(",")) {
            return first;
        }
        List<Expression> values = new ArrayList<>(List.of(first));
        while (skip(",") && !peek().is(")") && peek().kind() != Token.Kind.END) {
            values.add(expression());
        }
        return new Expression.Items(values);
    }

    Expression expression() {
        if (++nesting > NESTING_MAX) {
            throw failure("expressions nest more than " + NESTING_MAX + " deep");
        }
        Expression value = or();
        if (skip("if")) {
            Expression condition = or();
            value = new Expression.Conditional(condition, value, skip("else") ? expression() : null);
        }
        nesting--;
        return value;
    }

    /** What a loop runs over: an {@code if} after it is the loop's. */
    Expression or() {
        Expression left = and();
        for (int i = 0; skip("or"); i++) {
            left = new Expression.Either(chained(left, i), and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        for (int i = 0; skip("and"); i++) {
            left = new Expression.Both(chained(left, i), not());
        }
        return left;
    }

    private Expression not() {
        boolean negated = false;
        while (peek().is("not")) {
            next();
            negated = !negated;
            if (!negated && !peek().is("not")) {
                return new Expression.Not(new Expression.Not(comparison()));
            }
        }
        return negated ? new Expression.Not(comparison()) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            if (peek().kind() == Token.Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
                operators.add(next().text());
            } else if (skip("in")) {
                operators.add("in");
            } else if (peek().is("not") && peekSecond().is("in")) {
                next();
                next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
            }
            others.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        for (int i = 0; peek().is("+") || peek().is("-"); i++) {
            left = new Expression.Binary(next().text(), chained(left, i), concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        for (int i = 0; skip("~"); i++) {
            left = new Expression.Binary("~", chained(left, i), product());
        }
        return left;
    }

    private Expression product() {
        Expression left = unary();
        for (int i = 0; peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%"); i++) {
            left = new Expression.Binary(next().text(), chained(left, i), unary());
        }
        return left;
    }

    private Expression chained(Expression left, int links) {
        if (links > CHAIN_MAX) {
            throw failure("more than " + CHAIN_MAX + " operands in a row");
        }
        return left;
    }

    private Expression unary() {
        if (skip("-")) {
            return filters(new Expression.Negate(postfix(primary())));
        }
        skip("+");
        return filters(postfix(primary()));
    }

    private Expression primary() {
        Token token = next();
        switch (token.kind()) {
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (peek().kind() == Token.Kind.STRING) {
                    text.append(next().text());
                }
                return new Expression.Literal(Text.template(text.toString()));
            }
            case INTEGER -> {
                return new Expression.Literal(integer(token));
            }
            case FLOAT -> {
                return new Expression.Literal(Double.valueOf(token.text()));
            }
            case NAME -> {
                return switch (token.text()) {
                    case "true", "True" -> new Expression.Literal(true);
                    case "false", "False" -> new Expression.Literal(false);
                    case "none", "None" -> new Expression.Literal(Nothing.NONE);
                    default -> new Expression.Name(token.text());
                };
            }
            default -> {
                return bracketed(token);
            }
        }
    }

    private Long integer(Token token) {
        try {
            return Long.valueOf(token.text());
        } catch (NumberFormatException tooLarge) {
            throw failure("number " + token.text() + " is too large");
        }
    }

    private Expression bracketed(Token open) {
        if (open.is("(")) {
            Expression inner = peek().is(")") ? new Expression.Items(List.of()) : tuple();
            expect(")");
            return inner;
        }
        if (open.is("[")) {
            List<Expression> values = new ArrayList<>();
            while (!peek().is("]")) {
                values.add(expression());
                if (!skip(",")) {
                    break;
                }
            }
            expect("]");
            return new Expression.Items(values);
        }
        if (open.is("{")) {
            List<Expression> keys = new ArrayList<>();
            List<Expression> values = new ArrayList<>();
            while (!peek().is("}")) {
                keys.add(expression());
                expect(":");
                values.add(expression());
                if (!skip(",")) {
                    break;
                }
            }
            expect("}");
            return new Expression.Pairs(keys, values);
        }
        throw new TemplateException("chat template line " + open.line() + ": expected a value, found " + open.text());
    }

    private Expression postfix(Expression start) {
        Expression target = start;
        for (int i = 0; ; i++) {
            chained(target, i);
            if (skip(".")) {
                target = peek().kind() == Token.Kind.INTEGER
                        ? new Expression.Item(target, new Expression.Literal(integer(next())))
                        : new Expression.Attribute(target, name());
            } else if (skip("[")) {
                target = subscript(target);
            } else if (peek().is("(")) {
                target = new Expression.Call(target, arguments());
            } else {
                return target;
            }
        }
    }

    private Expression subscript(Expression target) {
        Expression from = peek().is(":") ? null : expression();
        if (!peek().is(":")) {
            expect("]");
            return new Expression.Item(target, from);
        }
        next();
        Expression to = peek().is(":") || peek().is("]") ? null : expression();
        Expression step = skip(":") && !peek().is("]") ? expression() : null;
        expect("]");
        return new Expression.Slice(target, from, to, step);
    }

    private Expression filters(Expression start) {
        Expression target = start;
        for (int i = 0; ; i++) {
            chained(target, i);
            if (skip("|")) {
                String name = name();
                target = new Expression.Filter(
                        target, name, peek().is("(") ? arguments() : Expression.Arguments.NONE);
                target = postfix(target);
            } else if (skip("is")) {
                target = test(target);
            } else {
                return target;
            }
        }
    }

    private Expression test(Expression target) {
        boolean negated = skip("not");
        String name = name();
        Expression.Arguments arguments = Expression.Arguments.NONE;
        Token token = peek();
        if (token.is("(")) {
            arguments = arguments();
        } else if (startsArgument(token)) {
            arguments = new Expression.Arguments(List.of(postfix(primary())), Map.of());
        }
        return new Expression.Test(target, name, arguments, negated);
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and", "is", "if", "in", "not").contains(token.text());
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case END -> false;
        };
    }

    private Expression.Arguments arguments() {
        expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!peek().is(")")) {
            if (peek().kind() == Token.Kind.NAME && peekSecond().is("=")) {
                String name = name();
                expect("=");
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!skip(",")) {
                break;
            }
        }
        expect(")");
        return new Expression.Arguments(positional, named);
    }
}
