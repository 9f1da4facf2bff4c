package quern.curation.deident;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Placeholders by kind: {@code [NAME]}, {@code [DATE]}. With {@code keepYear} a date leaves its year, which Safe Harbor
 * allows, as {@code [DATE 1984]}: not where the text tells an age over 89, and not a year more than 89 before the
 * latest one of the text.
 */
public record Masker(boolean keepYear) implements Replacer {

    private static final Pattern YEAR = Pattern.compile("(?<!\\d)(1[89]\\d{2}|20\\d{2})(?!\\d)");
    private static final int AGE_MAX = 89;

    @Override
    public String done() {
        return "masked";
    }

    @Override
    public List<String> replace(String text, List<Finding> findings, String scope) {
        boolean old = findings.stream().anyMatch(finding -> finding.kind() == IdentifierKind.AGE);
        boolean years = keepYear && !old;
        int latest = years ? findings.stream().filter(finding -> finding.kind() == IdentifierKind.DATE)
                .mapToInt(finding -> year(text, finding)).max().orElse(0) : 0;
        return findings.stream().map(finding -> {
            int year = years && finding.kind() == IdentifierKind.DATE ? year(text, finding) : 0;
            return year > 0 && latest - year <= AGE_MAX ? "[DATE " + year + "]" : finding.kind().placeholder();
        }).toList();
    }

    private static int year(String text, Finding finding) {
        Matcher year = YEAR.matcher(text.substring(finding.from(), finding.to()));
        return year.find() ? Integer.parseInt(year.group(1)) : 0;
    }
}
