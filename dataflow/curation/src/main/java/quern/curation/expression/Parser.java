package quern.curation.expression;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Recursive descent over the words of an expression. */
final class Parser {

    private static final int CHARACTERS_MAX = 10_000;
    private static final int DEPTH_MAX = 60;
    private static final Set<String> KEYWORDS = Set.of("and", "or", "not", "in", "if", "else", "is", "lambda", "for");
    private static final Set<String> ORDERS = Set.of("<", "<=", ">", ">=", "==", "!=");

    private final Words words;
    private final boolean nothingIsFalse;
    private int depth;

    Parser(String parameter, String text, boolean nothingIsFalse) {
        if (text.length() > CHARACTERS_MAX) {
            throw new IllegalArgumentException(parameter + " has " + text.length() + " characters, at most "
                    + CHARACTERS_MAX);
        }
        this.words = new Words(parameter, text);
        this.nothingIsFalse = nothingIsFalse;
    }

    Term parse() {
        words.advance();
        Term term = choice();
        if (!words.atEnd()) {
            throw words.refused("an operator or the end");
        }
        return term;
    }

    private Term choice() {
        if (++depth > DEPTH_MAX) {
            throw words.refused("at most " + DEPTH_MAX + " levels");
        }
        Term yes = joined(false);
        if (words.takeName("if")) {
            Term condition = joined(false);
            if (!words.takeName("else")) {
                throw words.refused("else");
            }
            yes = new Term.Choice(condition, yes, choice());
        }
        depth--;
        return yes;
    }

    private Term joined(boolean all) {
        List<Term> parts = new ArrayList<>();
        do {
            parts.add(all ? negation() : joined(true));
        } while (words.takeName(all ? "and" : "or"));
        return parts.size() == 1 ? parts.getFirst() : new Term.Joined(all, parts);
    }

    private Term negation() {
        int nots = 0;
        while (words.takeName("not")) {
            nots++;
        }
        Term term = comparison();
        if (nots > 0) {
            term = new Term.Not(term);
        }
        return nots > 0 && nots % 2 == 0 ? new Term.Not(term) : term;
    }

    private Term comparison() {
        List<Term> sides = new ArrayList<>(List.of(sum()));
        List<String> operators = new ArrayList<>();
        for (String operator = order(); operator != null; operator = order()) {
            operators.add(operator);
            sides.add(sum());
        }
        return operators.isEmpty() ? sides.getFirst() : new Comparison(sides, operators, nothingIsFalse);
    }

    private String order() {
        if (words.sign() != null && ORDERS.contains(words.sign())) {
            String operator = words.sign();
            words.advance();
            return operator;
        }
        if (words.takeName("in")) {
            return "in";
        }
        if (words.takeName("not")) {
            if (!words.takeName("in")) {
                throw words.refused("in");
            }
            return "not in";
        }
        return null;
    }

    private Term sum() {
        Term left = product();
        while (words.isSign("+") || words.isSign("-")) {
            char sign = words.takeSign().charAt(0);
            left = new Term.Arithmetic(sign, left, product());
        }
        return left;
    }

    private Term product() {
        Term left = signed();
        while (words.isSign("*") || words.isSign("/") || words.isSign("//") || words.isSign("%")) {
            String sign = words.takeSign();
            left = new Term.Arithmetic(sign.equals("//") ? ':' : sign.charAt(0), left, signed());
        }
        return left;
    }

    private Term signed() {
        boolean negative = false;
        while (words.isSign("-") || words.isSign("+")) {
            negative ^= words.takeSign().equals("-");
        }
        Term term = postfix(atom());
        return negative ? new Term.Negated(term) : term;
    }

    private Term postfix(Term of) {
        Term term = of;
        while (true) {
            if (words.isSign(".")) {
                words.advance();
                String name = name();
                if (words.isSign("(")) {
                    term = call(name, term);
                } else if (term instanceof Term.Field field) {
                    term = new Term.Field(field.path() + "." + name);
                } else {
                    term = new Term.Item(term, new Term.Literal(TextNode.valueOf(name)));
                }
            } else if (words.isSign("[")) {
                words.advance();
                term = subscript(term);
            } else {
                return term;
            }
        }
    }

    private Term subscript(Term of) {
        Term from = words.isSign(":") ? null : choice();
        if (words.isSign(":")) {
            words.advance();
            Term to = words.isSign("]") ? null : choice();
            words.expect("]");
            return new Term.Slice(of, from, to);
        }
        words.expect("]");
        return new Term.Item(of, from);
    }

    private Term call(String name, Term self) {
        Functions.Function function = Functions.named(name);
        if (function == null) {
            throw words.refused("one of the functions " + Functions.names() + ", not '" + name + "'");
        }
        List<Term> arguments = new ArrayList<>(self == null ? List.of() : List.of(self));
        arguments.addAll(list("(", ")"));
        try {
            return new Term.Call(function.bound(arguments), arguments);
        } catch (IllegalArgumentException e) {
            throw words.refused(name + " with " + e.getMessage());
        }
    }

    private List<Term> list(String open, String close) {
        words.expect(open);
        List<Term> terms = new ArrayList<>();
        while (!words.isSign(close)) {
            terms.add(choice());
            if (!words.isSign(close)) {
                words.expect(",");
            }
        }
        words.advance();
        return terms;
    }

    private Term atom() {
        if (words.value() != null) {
            Term literal = new Term.Literal(words.value());
            words.advance();
            return literal;
        }
        if (words.isSign("[")) {
            return new Term.Items(list("[", "]"));
        }
        if (words.isSign("(")) {
            words.advance();
            Term inner = choice();
            words.expect(")");
            return inner;
        }
        String name = name();
        return switch (name) {
            case "True", "False" -> new Term.Literal(BooleanNode.valueOf(name.equals("True")));
            case "None" -> new Term.Literal(NullNode.getInstance());
            default -> words.isSign("(") ? call(name, null) : new Term.Field(name);
        };
    }

    private String name() {
        String name = words.name();
        if (name == null || KEYWORDS.contains(name)) {
            throw words.refused("a field, a function, a number or a text in quotes");
        }
        words.advance();
        return name;
    }

    /** A number as a literal: whole where it is written so. */
    static com.fasterxml.jackson.databind.JsonNode number(String text) {
        boolean whole = text.chars().allMatch(c -> c >= '0' && c <= '9') && text.length() <= 18;
        return whole ? JsonNodeFactory.instance.numberNode(Long.parseLong(text))
                : JsonNodeFactory.instance.numberNode(Double.parseDouble(text));
    }
}
