package quern.curation.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quern.curation.SampleException;

class ExpressionTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String SAMPLE = "{\"text\": \" Ab\uD83D\uDE00c \", \"n\": 7, \"x\": -2.5, \"no\": null,"
            + " \"list\": [1, 2, 3], \"meta\": {\"a\": {\"b\": \"deep\"}}, \"a field\": 1, \"zero\": 0}";

    private static JsonNode value(String expression) throws IOException {
        return Expression.parse("e", expression, Expression.Nothing.STRICT)
                .over((ObjectNode) MAPPER.readTree(SAMPLE));
    }

    /** Expression and its value as JSON; the values are Python's. */
    @Test
    void shouldGivePythonsValuesWhenEvaluated() throws IOException {
        String[][] cases = {
            {"1 + 2 * 3 - -4", "11"}, {"7 // 2", "3"}, {"-7 // 2", "-4"}, {"-7 % 3", "2"}, {"7 / 2", "3.5"},
            {"2.5 // 1", "2.0"}, {"n * 2 + x", "11.5"}, {"'ab' * 3", "\"ababab\""}, {"'a' + \"b\\n\"", "\"ab\\n\""},
            {"len(text)", "6"}, {"text[1:3]", "\"Ab\""}, {"text[-3:]", "\"\uD83D\uDE00c \""}, {"text[3]",
                "\"\uD83D\uDE00\""},
            {"text.strip().lower()", "\"ab\uD83D\uDE00c\""}, {"upper(strip(text))[:2]", "\"AB\""},
            {"'a,b,,c'.split(',')", "[\"a\",\"b\",\"\",\"c\"]"}, {"' a  b '.split()", "[\"a\",\"b\"]"},
            {"'-'.join(['', 'a', 'b'])", "\"-a-b\""}, {"'aXbX'.replace('X', '')", "\"ab\""},
            {"'abc'.startswith('ab') and 'abc'.endswith('c')", "true"}, {"'banana'.count('an')", "2"},
            {"'banana'.find('x')", "-1"}, {"1 < n <= 7", "true"}, {"n == 7.0", "true"}, {"no == None", "true"},
            {"missing == None", "true"}, {"'b' in 'abc'", "true"}, {"2 not in list", "false"}, {"not list", "false"},
            {"n in [1, 7]", "true"}, {"'yes' if zero else 'no'", "\"no\""}, {"zero or 'other'", "\"other\""},
            {"n and list[-1]", "3"}, {"meta.a.b", "\"deep\""}, {"meta['a']['b'].upper()", "\"DEEP\""},
            {"sample['a field'] + 1", "2"}, {"min(3, 1, 2)", "1"}, {"max(list)", "3"}, {"sum(list) / len(list)", "2.0"},
            {"round(2.5)", "2"}, {"round(2.675, 2)", "2.67"}, {"int('12') + float('0.5')", "12.5"}, {"abs(x)", "2.5"},
            {"str(n) + str(None) + str(True) + str(1.0)", "\"7NoneTrue1.0\""}, {"matches(text, 'b.c')", "true"},
            {"matches('xyz', '^y')", "false"}, {"[n, [1] + [2]]", "[7,[1,2]]"}, {"'a' < 'b' != False", "true"},
            {"'\uFFFF' < '\uD83D\uDE00'", "true"}, {"9223372036854775807 + 0 == 9223372036854775807", "true"},
            {"1e3", "1000.0"}, {".5", "0.5"}, {"not not n", "true"},
        };
        for (String[] one : cases) {
            assertEquals(MAPPER.readTree(one[1]).toString(), value(one[0]).toString(), one[0]);
        }
    }

    @Test
    void shouldFailTheSampleWhenValuesDoNotFit() {
        for (String expression : List.of("text + n", "n < no", "text[20]", "n[0]", "1 / zero", "n % 0", "int('x')",
                "lower(n)", "list < n", "'a'.split('')", "max([])", "'x' * 999999999999",
                "('x' * 60000000) * 2", "text.replace('', 'x' * 9000000)", "n in n", "'-'.join([1])")) {
            assertThrows(SampleException.class, () -> value(expression), expression);
        }
    }

    @Test
    void shouldNameThePlaceWhenTheTextIsNoExpression() {
        for (String text : List.of("", "1 +", "a b", "f(x)", "len()", "len(a, b)", "import os", "lambda x: x",
                "__import__('os')", "a[1", "'open", "a if b", "a = 1", "x.y.z()", "[1, 2", "@", "(".repeat(3000),
                "not ".repeat(5000), "matches(a, b)", "matches(a, '(')", "[x for x in y]")) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> Expression.parse("condition", text, Expression.Nothing.STRICT), text);
            assertTrue(e.getMessage().startsWith("condition ") || e.getMessage().startsWith("pattern "),
                    e.getMessage());
        }
    }

    @Test
    void shouldOnlyFailByArgumentOrSampleWhenTextIsRandom() throws IOException {
        String[] pieces = {"a", "text", " ", "(", ")", "[", "]", ":", "1", "2.5", "'s'", "+", "-", "*", "//", "%", "<",
            "==", " in ", " not ", " and ", " if ", " else ", "len", ".", "lower", ",", "\"", "\\", "\uD83D", "None"};
        Random random = new Random(9);
        int understood = 0;
        for (int round = 0; round < 30_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                value(text.toString());
                understood++;
            } catch (IllegalArgumentException | SampleException e) {
                assertTrue(e.getMessage().length() > 3);
            }
        }
        assertTrue(understood > 500, "only " + understood);
    }
}
