package quern.curation.mapper;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quern.curation.SampleException;
import quern.curation.TextMapper;
import quern.curation.text.BoundedText;

/**
 * Replaces what matches patterns, one pattern after the other.
 *
 * <p>Recipe keys {@code replace_content_mapper}, {@code clean_ip_mapper}, and {@code clean_email_mapper} and
 * {@code clean_links_mapper} with a pattern of the recipe's own. A pattern that takes too many steps on a text drops
 * that sample.
 *
 * @param replacements one per pattern, in Java's replacement syntax
 */
public record PatternMapper(String name, String textKey, List<Pattern> patterns, List<String> replacements)
        implements TextMapper {

    /** IPv4 addresses, and IPv6 addresses of eight groups, that are no part of more or longer numbers. */
    public static final Pattern IP_ADDRESS = Pattern.compile(
            "(?<!\\p{Nd})(?<!\\p{Nd}\\.)(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\\.){3}"
            + "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])(?!\\.?\\p{Nd})"
            + "|(?<![0-9a-fA-F])(?<![0-9a-fA-F]:)(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}(?!:?[0-9a-fA-F])");
    /**
     * Data-Juicer's: IPv4 addresses, octets tried in its order, and IPv6 addresses of eight groups, anywhere, also
     * within longer numbers.
     */
    public static final Pattern IP_ADDRESS_ANYWHERE = Pattern.compile(
            "(?:(?:1[0-9][0-9]|2[0-4][0-9]|25[0-5]|[1-9][0-9]|[0-9])\\.){3}"
            + "(?:1[0-9][0-9]|2[0-4][0-9]|25[0-5]|[1-9][0-9]|[0-9])"
            + "|(?:[\\p{Nd}a-fA-F]{1,4}:){7}[\\p{Nd}a-fA-F]{1,4}");

    @Override
    public String map(String text) {
        String result = text;
        for (int i = 0; i < patterns.size(); i++) {
            Matcher matcher = patterns.get(i).matcher(new BoundedText(result));
            if (matcher.find()) {
                try {
                    result = replaced(matcher, result, replacements.get(i));
                } catch (IndexOutOfBoundsException e) {
                    throw new SampleException("replacement names a group the pattern has not");
                }
            }
        }
        return result;
    }

    /** From a first match on. Java finds empty ones between the two halves of a character too. */
    private static String replaced(Matcher matcher, String text, String replacement) {
        StringBuilder result = new StringBuilder(text.length());
        do {
            int at = matcher.start();
            boolean within = at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at))
                    && Character.isHighSurrogate(text.charAt(at - 1));
            if (!within || matcher.end() > at) {
                matcher.appendReplacement(result, replacement);
            }
        } while (matcher.find());
        return matcher.appendTail(result).toString();
    }
}
