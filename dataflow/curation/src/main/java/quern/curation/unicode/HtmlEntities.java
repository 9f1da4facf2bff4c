package quern.curation.unicode;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/** Decodes HTML character references that end in a semicolon, and the names of letters in capitals. */
final class HtmlEntities {

    private static final Pattern REFERENCE = Pattern.compile("&#?[0-9A-Za-z]{1,24};");
    private static final Pattern NUMERIC = Pattern.compile("&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));");
    /**
     * Names in capitals that HTML knows without a semicolon: a longer name that begins like one of them is no capital
     * form.
     */
    private static final Pattern CAPITAL_NAME = Pattern.compile("(?:AMP|COPY|GT|LT|QUOT|REG|ETH|THORN).*");
    private static final int CHARACTERS_MAX = 0x10FFFF;

    private HtmlEntities() {}

    static String decode(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(decodeOne(match.group())));
    }

    private static String decodeOne(String reference) {
        if (reference.charAt(1) == '#') {
            Matcher numeric = NUMERIC.matcher(reference);
            return numeric.matches() ? decodeNumber(numeric.group(1), numeric.group(2)) : reference;
        }
        String name = reference.substring(1, reference.length() - 1);
        String known = Entities.getByName(name);
        if (!known.isEmpty()) {
            return known;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        String meant = Entities.getByName(lower);
        boolean capitals = name.equals(lower.toUpperCase(Locale.ROOT)) && !CAPITAL_NAME.matcher(name).matches();
        return capitals && !meant.isEmpty() ? meant.toUpperCase(Locale.ROOT) : reference;
    }

    private static String decodeNumber(String decimal, String hexadecimal) {
        String digits = decimal != null ? decimal : hexadecimal;
        String significant = digits.replaceFirst("^0+(?=.)", "");
        int radix = decimal != null ? 10 : 16;
        long number = significant.length() > 8 ? Long.MAX_VALUE : Long.parseLong(significant, radix);
        if (number == 0 || number > CHARACTERS_MAX || number >= 0xD800 && number <= 0xDFFF) {
            return "\uFFFD";
        }
        if (number >= 0x80 && number <= 0x9F) {
            return String.valueOf(CharacterMap.WINDOWS_1252.decode((int) number));
        }
        return isNoCharacter((int) number) ? "" : Character.toString((int) number);
    }

    private static boolean isNoCharacter(int c) {
        boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' || c == 0x7F;
        return control || c >= 0xFDD0 && c <= 0xFDEF || (c & 0xFFFE) == 0xFFFE;
    }
}
