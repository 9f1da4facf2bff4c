package quern.inference.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Parses the expressions of one tag, by recursive descent with Jinja's precedences. */
final class ExpressionParser extends TokenCursor {

    private static final int NESTING_MAX = 60;
    private static final int CHAIN_MAX = 150;
    private static final int INTEGER_CHARS_MAX = 1200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final NameScope names;
    private int nesting;

    ExpressionParser(List<Token> tokens, NameScope names) {
        super(tokens);
        this.names = names;
    }

    /** Another one that stands where this one does. */
    ExpressionParser copy() {
        return new ExpressionParser(rest(), names);
    }

    /** Expressions separated by commas are a tuple. */
    Expression tuple() {
        return tuple(this::expression);
    }

    /** The same where an {@code if} belongs to what is around: what a loop runs over, what an {@code if} asks. */
    Expression tupleWithoutCondition() {
        return tuple(this::or);
    }

    private Expression tuple(Supplier<Expression> element) {
        Expression first = element.get();
        if (!peek().is(",")) {
            return first;
        }
        List<Expression> values = new ArrayList<>(List.of(first));
        while (skip(",") && !endsTuple(peek())) {
            values.add(element.get());
        }
        return new Expression.TupleOf(values);
    }

    private static boolean endsTuple(Token token) {
        return token.is(")") || token.is("if") || token.is("recursive") || token.kind() == Token.Kind.END;
    }

    Expression expression() {
        if (++nesting > NESTING_MAX) {
            throw failure("expressions nest more than " + NESTING_MAX + " deep");
        }
        // Whether it is a condition shows only after its value.
        boolean lenient = names.lenient(names.lenient() || conditionAhead());
        Expression value = or();
        for (int i = 0; skip("if"); i++) {
            Expression condition = or();
            value = new Expression.Conditional(condition, chained(value, i), skip("else") ? expression() : null);
        }
        names.lenient(lenient);
        nesting--;
        return value;
    }

    private Expression or() {
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
        Expression left = power();
        for (int i = 0; peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%"); i++) {
            left = new Expression.Binary(next().text(), chained(left, i), power());
        }
        return left;
    }

    /** From left to right, and below the sign: Jinja differs from Python here. */
    private Expression power() {
        Expression left = unary();
        for (int i = 0; skip("**"); i++) {
            left = new Expression.Binary("**", chained(left, i), unary());
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
        return filtersAfter(signed());
    }

    private Expression signed() {
        if (!peek().is("-") && !peek().is("+")) {
            return postfix(primary());
        }
        if (++nesting > NESTING_MAX) {
            throw failure("expressions nest more than " + NESTING_MAX + " deep");
        }
        boolean negative = next().text().equals("-");
        Expression operand = signed();
        nesting--;
        return postfix(negative ? new Expression.Negate(operand) : new Expression.Plus(operand));
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
                    default -> {
                        names.mention(token.text());
                        yield new Expression.Name(token.text());
                    }
                };
            }
            default -> {
                return bracketed(token);
            }
        }
    }

    private Object integer(Token token) {
        String digits = Strings.lower(token.text());
        int base = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        if (digits.length() > INTEGER_CHARS_MAX) {
            throw failure("number of " + digits.length() + " digits is too large");
        }
        return Numbers.whole(new BigInteger(base == 10 ? digits : digits.substring(2), base));
    }

    private Expression bracketed(Token open) {
        if (open.is("(")) {
            Expression inner = peek().is(")") ? new Expression.TupleOf(List.of()) : tuple();
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
        if (from != null && peek().is(",")) {
            List<Expression> keys = new ArrayList<>(List.of(from));
            while (skip(",")) {
                keys.add(expression());
            }
            expect("]");
            return new Expression.Item(target, new Expression.TupleOf(keys));
        }
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

    /** Filters without the first bar, as a filter block has them. */
    Expression filtersOf(Expression start) {
        return filtersAfter(filter(start));
    }

    /** Filters and tests that follow a value. */
    Expression filtersAfter(Expression start) {
        Expression target = start;
        for (int i = 0; ; i++) {
            chained(target, i);
            if (skip("|")) {
                target = filter(target);
            } else if (skip("is")) {
                target = test(target);
            } else if (peek().is("(") && !(target instanceof Expression.Captured)) {
                target = new Expression.Call(target, arguments());
            } else {
                return target;
            }
        }
    }

    private Expression filter(Expression target) {
        String name = path();
        if (!names.lenient() && !Filters.has(name)) {
            throw failure("filter " + name + " is not supported");
        }
        return new Expression.Filter(target, name, peek().is("(") ? arguments() : Expression.Passed.NONE);
    }

    private String path() {
        StringBuilder path = new StringBuilder(name());
        while (skip(".")) {
            path.append('.').append(name());
        }
        return path.toString();
    }

    private Expression test(Expression target) {
        boolean negated = skip("not");
        String name = path();
        if (!names.lenient() && !Tests.has(name)) {
            throw failure("test " + name + " is not supported");
        }
        Expression.Passed arguments = Expression.Passed.NONE;
        Token token = peek();
        if (token.is("(")) {
            arguments = arguments();
        } else if (startsArgument(token)) {
            if (token.is("is")) {
                throw failure("tests cannot be chained with is");
            }
            arguments = new Expression.Passed(List.of(postfix(primary())), Map.of(), null, null);
        }
        return new Expression.Test(target, name, arguments, negated);
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case END -> false;
        };
    }

    private Expression.Passed arguments() {
        expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression spread = null;
        Expression spreadNamed = null;
        while (!peek().is(")")) {
            if (skip("**")) {
                spreadNamed = once(spreadNamed);
            } else if (skip("*")) {
                spread = once(spread);
            } else if (peek().kind() == Token.Kind.NAME && peekSecond().is("=")) {
                String name = name();
                expect("=");
                if (spreadNamed != null || named.put(name, expression()) != null) {
                    throw failure("argument " + name + " is given twice or after **");
                }
            } else if (!named.isEmpty() || spread != null || spreadNamed != null) {
                throw failure("positional argument after others");
            } else {
                positional.add(expression());
            }
            if (!skip(",")) {
                break;
            }
        }
        expect(")");
        return new Expression.Passed(positional, named, spread, spreadNamed);
    }

    private Expression once(Expression before) {
        if (before != null) {
            throw failure("more than one * or ** argument");
        }
        return expression();
    }
}
