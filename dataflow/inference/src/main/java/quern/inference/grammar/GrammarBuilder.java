package quern.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the rules of a grammar. */
final class GrammarBuilder {

    private final GrammarBudget budget;
    private final List<Automaton> rules = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final Map<String, Integer> named = new HashMap<>();

    GrammarBuilder(int statesMax) {
        this.budget = new GrammarBudget(statesMax);
    }

    GrammarBudget budget() {
        return budget;
    }

    /** @param at where the rule comes from, for the text of a refusal */
    int reserve(String at) {
        budget.state();
        rules.add(null);
        places.add(at);
        return rules.size() - 1;
    }

    void define(int rule, Part part) {
        budget.at(places.get(rule));
        rules.set(rule, Automaton.of(part, budget));
    }

    int add(String at, Part part) {
        int rule = reserve(at);
        define(rule, part);
        return rule;
    }

    /** The grammar whose texts are this rule's. @throws GrammarException if a rule has no text or never ends */
    Grammar build(int root) {
        return Grammar.link(rules, places, root, budget);
    }

    /** At most one blank, or a new line with some indentation: what a model may write between two signs of JSON. */
    int blank() {
        return standard("blank", () -> Part.optional(Part.choice(
                Part.text(" "), Part.row(Part.text("\n"), Part.repeat(Part.text(" "), 0, 16)))));
    }

    /** In front of everything: some vocabularies have words with a blank before them only. More would be a delay. */
    Part lead() {
        return Part.optional(Part.choice(Part.text(" "), Part.text("\n")));
    }

    int string() {
        return standard("string", () -> Part.row(Part.text("\""), Part.repeat(character(), 0, -1), Part.text("\"")));
    }

    int integer() {
        return standard("integer", this::digits);
    }

    int number() {
        return standard("number", () -> Part.row(digits(),
                Part.optional(Part.row(Part.text("."), Part.repeat(digit(), 1, NumberRange.DIGITS_MAX))),
                Part.optional(Part.row(Part.choice(Part.text("e"), Part.text("E")),
                        Part.optional(Part.choice(Part.text("+"), Part.text("-"))), Part.repeat(digit(), 1, 2)))));
    }

    /** Any JSON value. */
    int value() {
        return standard("value", () -> Part.choice(Part.call(string()), Part.call(number()), Part.call(object()),
                Part.call(array()), Part.text("true"), Part.text("false"), Part.text("null")));
    }

    int object() {
        return standard("object", () -> {
            Part member = Part.row(Part.call(string()), Part.text(":"), Part.call(blank()), Part.call(value()));
            return Part.row(Part.text("{"), Part.call(blank()), Part.optional(Part.row(separated(member, 1, -1),
                    Part.call(blank()))), Part.text("}"));
        });
    }

    int array() {
        return standard("array", () -> Part.row(Part.text("["), Part.call(blank()), Part.optional(
                Part.row(separated(Part.call(value()), 1, -1), Part.call(blank()))), Part.text("]")));
    }

    /** @param min at least 1 */
    Part separated(Part member, int min, int max) {
        return Part.row(member, Part.repeat(Part.row(comma(), member), min - 1, max < 0 ? -1 : max - 1));
    }

    Part comma() {
        return Part.row(Part.text(","), Part.call(blank()));
    }

    private Part digits() {
        return Part.row(Part.optional(Part.text("-")), Part.choice(Part.text("0"),
                Part.row(Part.symbols('1', '9'), Part.repeat(digit(), 0, NumberRange.DIGITS_MAX - 1))));
    }

    private static Part digit() {
        return Part.symbols('0', '9');
    }

    /** A character of a JSON string, with every escape but halves of pairs. */
    private static Part character() {
        Part hex = Part.choice(Part.symbols('0', '9'), Part.symbols('A', 'F'), Part.symbols('a', 'f'));
        Part surrogate = Part.choice(Part.text("d"), Part.text("D"));
        Part notSurrogate = Part.choice(
                Part.row(Part.choice(Part.symbols('0', '9'), Part.symbols('A', 'C'), Part.symbols('a', 'c'),
                        Part.symbols('E', 'F'), Part.symbols('e', 'f')), hex, hex, hex),
                Part.row(surrogate, Part.symbols('0', '7'), hex, hex));
        Part high = Part.choice(Part.symbols('8', '9'), Part.symbols('A', 'B'), Part.symbols('a', 'b'));
        Part low = Part.choice(Part.symbols('C', 'F'), Part.symbols('c', 'f'));
        Part pair = Part.row(surrogate, high, hex, hex, Part.text("\\u"), surrogate, low, hex, hex);
        return Part.choice(Spelling.JSON.one(CodePoints.ALL), Part.text("\\/"),
                Part.row(Part.text("\\u"), Part.choice(notSurrogate, pair)));
    }

    private int standard(String name, java.util.function.Supplier<Part> part) {
        Integer known = named.get(name);
        if (known != null) {
            return known;
        }
        int rule = reserve("");
        named.put(name, rule);
        define(rule, part.get());
        return rule;
    }
}
