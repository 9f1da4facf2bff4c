package quern.curation.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import quern.curation.FieldPath;
import quern.curation.SampleException;

/** A part of an expression. */
sealed interface Term permits Term.Literal, Term.Field, Term.Items, Term.Joined, Term.Not, Term.Choice, Term.Negated,
        Term.Arithmetic, Term.Item, Term.Slice, Term.Call, Comparison {

    JsonNode over(Scope scope);

    static JsonNode orNothing(JsonNode value) {
        return value == null || value.isMissingNode() ? NullNode.getInstance() : value;
    }

    record Literal(JsonNode value) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return value;
        }
    }

    /** A field by its dotted path; {@code sample} is the whole sample where it is no field. */
    record Field(String path) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            JsonNode value = FieldPath.get(scope.sample(), path);
            return value == null && path.equals("sample") ? scope.sample() : orNothing(value);
        }
    }

    record Items(List<Term> terms) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            scope.spend(terms.size());
            ArrayNode items = JsonNodeFactory.instance.arrayNode();
            terms.forEach(term -> items.add(term.over(scope)));
            return items;
        }
    }

    /** {@code and} or {@code or}: the value of the side that decides, as in Python. */
    record Joined(boolean all, List<Term> parts) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            JsonNode value = NullNode.getInstance();
            for (Term part : parts) {
                value = part.over(scope);
                if (Expression.isTrue(value) != all) {
                    return value;
                }
            }
            return value;
        }
    }

    record Not(Term term) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return BooleanNode.valueOf(!Expression.isTrue(term.over(scope)));
        }
    }

    record Choice(Term condition, Term yes, Term no) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return (Expression.isTrue(condition.over(scope)) ? yes : no).over(scope);
        }
    }

    record Negated(Term term) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return Calculation.of('-', JsonNodeFactory.instance.numberNode(0L), term.over(scope), scope);
        }
    }

    /** @param sign {@code + - * / %}, or {@code :} for whole division */
    record Arithmetic(char sign, Term left, Term right) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return Calculation.of(sign, left.over(scope), right.over(scope), scope);
        }
    }

    /** {@code of[at]}: a code point, a list item or a field. */
    record Item(Term of, Term at) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            JsonNode value = of.over(scope);
            JsonNode key = at.over(scope);
            if (value.isObject() && key.isTextual()) {
                return orNothing(value.get(key.textValue()));
            }
            int length = Slice.length(value);
            long index = Functions.whole(key);
            long from = index < 0 ? index + length : index;
            if (from < 0 || from >= length) {
                throw new SampleException("index out of range");
            }
            return value.isArray() ? value.get((int) from) : Slice.cut(value, (int) from, (int) from + 1, scope);
        }
    }

    /** {@code of[from:to]}; either bound may be null. */
    record Slice(Term of, Term from, Term to) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            JsonNode value = of.over(scope);
            int length = length(value);
            int first = bound(from, 0, length, scope);
            return cut(value, first, Math.max(first, bound(to, length, length, scope)), scope);
        }

        private static int bound(Term term, int absent, int length, Scope scope) {
            if (term == null) {
                return absent;
            }
            long index = Functions.whole(term.over(scope));
            return Math.clamp(index < 0 ? index + length : index, 0, length);
        }

        static int length(JsonNode value) {
            if (value.isTextual()) {
                return value.textValue().codePointCount(0, value.textValue().length());
            }
            if (!value.isContainerNode()) {
                throw new SampleException("a value without items is asked for some");
            }
            return value.size();
        }

        static JsonNode cut(JsonNode value, int from, int to, Scope scope) {
            if (value.isTextual()) {
                String text = value.textValue();
                int begin = text.offsetByCodePoints(0, from);
                return scope.text(text.substring(begin, text.offsetByCodePoints(begin, to - from)));
            }
            if (!value.isArray()) {
                throw new SampleException("a value without order is cut");
            }
            scope.spend(to - from);
            ArrayNode items = JsonNodeFactory.instance.arrayNode();
            for (int i = from; i < to; i++) {
                items.add(value.get(i));
            }
            return items;
        }
    }

    record Call(Functions.Function function, List<Term> arguments) implements Term {
        @Override
        public JsonNode over(Scope scope) {
            return function.apply(arguments.stream().map(term -> term.over(scope)).toList(), scope);
        }
    }
}
