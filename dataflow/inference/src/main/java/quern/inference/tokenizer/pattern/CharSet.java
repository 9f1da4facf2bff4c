package quern.inference.tokenizer.pattern;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** A set of code points; the first 256 are looked up. */
final class CharSet {

    private static final int LATIN = 256;

    private static final Map<String, Integer> CATEGORIES = Map.ofEntries(
            Map.entry("lu", 1 << Character.UPPERCASE_LETTER),
            Map.entry("ll", 1 << Character.LOWERCASE_LETTER),
            Map.entry("lt", 1 << Character.TITLECASE_LETTER),
            Map.entry("lm", 1 << Character.MODIFIER_LETTER),
            Map.entry("lo", 1 << Character.OTHER_LETTER),
            Map.entry("mn", 1 << Character.NON_SPACING_MARK),
            Map.entry("me", 1 << Character.ENCLOSING_MARK),
            Map.entry("mc", 1 << Character.COMBINING_SPACING_MARK),
            Map.entry("nd", 1 << Character.DECIMAL_DIGIT_NUMBER),
            Map.entry("nl", 1 << Character.LETTER_NUMBER),
            Map.entry("no", 1 << Character.OTHER_NUMBER),
            Map.entry("zs", 1 << Character.SPACE_SEPARATOR),
            Map.entry("zl", 1 << Character.LINE_SEPARATOR),
            Map.entry("zp", 1 << Character.PARAGRAPH_SEPARATOR),
            Map.entry("cc", 1 << Character.CONTROL),
            Map.entry("cf", 1 << Character.FORMAT),
            Map.entry("co", 1 << Character.PRIVATE_USE),
            Map.entry("cs", 1 << Character.SURROGATE),
            Map.entry("cn", 1 << Character.UNASSIGNED),
            Map.entry("pd", 1 << Character.DASH_PUNCTUATION),
            Map.entry("ps", 1 << Character.START_PUNCTUATION),
            Map.entry("pe", 1 << Character.END_PUNCTUATION),
            Map.entry("pc", 1 << Character.CONNECTOR_PUNCTUATION),
            Map.entry("po", 1 << Character.OTHER_PUNCTUATION),
            Map.entry("pi", 1 << Character.INITIAL_QUOTE_PUNCTUATION),
            Map.entry("pf", 1 << Character.FINAL_QUOTE_PUNCTUATION),
            Map.entry("sm", 1 << Character.MATH_SYMBOL),
            Map.entry("sc", 1 << Character.CURRENCY_SYMBOL),
            Map.entry("sk", 1 << Character.MODIFIER_SYMBOL),
            Map.entry("so", 1 << Character.OTHER_SYMBOL));

    private static final Map<String, String> LONG_NAMES = Map.ofEntries(
            Map.entry("letter", "l"), Map.entry("mark", "m"), Map.entry("number", "n"),
            Map.entry("punctuation", "p"), Map.entry("symbol", "s"), Map.entry("separator", "z"),
            Map.entry("other", "c"), Map.entry("uppercaseletter", "lu"), Map.entry("lowercaseletter", "ll"),
            Map.entry("titlecaseletter", "lt"), Map.entry("modifierletter", "lm"), Map.entry("otherletter", "lo"),
            Map.entry("decimalnumber", "nd"), Map.entry("nonspacingmark", "mn"), Map.entry("l&", "lc"));

    private static final int WORD_CATEGORIES = 1 << Character.NON_SPACING_MARK | 1 << Character.ENCLOSING_MARK
            | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.DECIMAL_DIGIT_NUMBER
            | 1 << Character.CONNECTOR_PUNCTUATION;

    static final CharSet SPACE = of(CharSet::isSpace);
    static final CharSet DIGIT = of(c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
    /** Parts of words, and by an old accident Latin-1's raised digits and fractions. */
    static final CharSet WORD = of(c -> isWord(c) || c == 0xB2 || c == 0xB3 || c == 0xB9 || c >= 0xBC && c <= 0xBE);

    private final long[] latin = new long[LATIN / Long.SIZE];
    private final IntPredicate rest;

    private CharSet(IntPredicate all) {
        this.rest = all;
        for (int c = 0; c < LATIN; c++) {
            if (all.test(c)) {
                latin[c >> 6] |= 1L << c;
            }
        }
    }

    static CharSet of(IntPredicate all) {
        return new CharSet(all);
    }

    static CharSet range(int from, int to) {
        return of(c -> c >= from && c <= to);
    }

    static CharSet any(List<CharSet> members) {
        List<CharSet> all = List.copyOf(members);
        return all.size() == 1 ? all.get(0) : of(c -> {
            for (CharSet member : all) {
                if (member.has(c)) {
                    return true;
                }
            }
            return false;
        });
    }

    CharSet and(CharSet other) {
        return of(c -> has(c) && other.has(c));
    }

    CharSet not() {
        return of(c -> !has(c));
    }

    /** With every code point that differs from a member in case only. */
    CharSet anyCase() {
        return of(c -> has(c) || has(Character.toLowerCase(c)) || has(Character.toUpperCase(c))
                || has(Character.toLowerCase(Character.toUpperCase(c))));
    }

    boolean has(int codePoint) {
        return codePoint < LATIN
                ? (latin[codePoint >> 6] >>> codePoint & 1) != 0
                : rest.test(codePoint);
    }

    /** Unicode's White_Space. */
    static boolean isSpace(int c) {
        return c >= '\t' && c <= '\r' || c == ' ' || c == 0x85 || c == 0xA0 || c >= 0x1680
                && (c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F
                || c == 0x205F || c == 0x3000);
    }

    private static boolean isWord(int c) {
        return Character.isAlphabetic(c) || (WORD_CATEGORIES & 1 << Character.getType(c)) != 0;
    }

    /**
     * The set of {@code \p{name}}: a general category, its group, a script or one of the usual properties.
     *
     * @return null if the name is not known
     */
    static CharSet property(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
        String key = LONG_NAMES.getOrDefault(plain, plain);
        int categories = key.equals("lc")
                ? CATEGORIES.get("lu") | CATEGORIES.get("ll") | CATEGORIES.get("lt")
                : CATEGORIES.entrySet().stream()
                        .filter(entry -> entry.getKey().equals(key)
                                || key.length() == 1 && entry.getKey().startsWith(key))
                        .mapToInt(Map.Entry::getValue).reduce(0, (a, b) -> a | b);
        if (categories != 0) {
            return of(c -> (categories & 1 << Character.getType(c)) != 0);
        }
        return switch (key) {
            case "any" -> of(c -> true);
            case "alpha", "alphabetic" -> of(Character::isAlphabetic);
            case "upper", "uppercase" -> of(Character::isUpperCase);
            case "lower", "lowercase" -> of(Character::isLowerCase);
            case "space", "whitespace" -> SPACE;
            case "digit" -> DIGIT;
            case "word" -> of(CharSet::isWord);
            case "alnum" -> of(c -> Character.isAlphabetic(c) || DIGIT.has(c));
            case "punct" -> any(List.of(property("p"), property("s")));
            case "cntrl" -> of(Character::isISOControl);
            case "ascii" -> range(0, 0x7F);
            case "blank" -> of(c -> c == '\t' || Character.getType(c) == Character.SPACE_SEPARATOR);
            case "ideographic" -> of(Character::isIdeographic);
            case "emoji" -> of(Character::isEmoji);
            case "extendedpictographic" -> of(Character::isExtendedPictographic);
            default -> script(plain);
        };
    }

    private static CharSet script(String name) {
        String bare = name.startsWith("script=") ? name.substring("script=".length()) : name;
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            if (script.name().replace("_", "").equalsIgnoreCase(bare)) {
                return of(c -> Character.UnicodeScript.of(c) == script);
            }
        }
        return null;
    }
}
