package quern.curation.deident;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Surrogates of the same form, chosen by a key (HMAC-SHA-256): the same name, number or place gets the same surrogate
 * in every text of the same key, whatever the order of the texts, and nothing has to be kept. Names of people go word
 * by
 * word, so that short forms follow; check digits are valid; web and mail addresses lie below example.org, IP addresses
 * in ranges set apart (RFC 2544, 3849). Dates of one scope move by one number of days. Ages over 89 become 90.
 *
 * <p>No surrogate equals an identifier of the same text, dates apart. Two originals may share a surrogate: there are
 * about 6,000 surnames and 120 first names of a kind. Dates that cannot be read are masked.
 */
public final class Pseudonymizer implements Replacer {

    private static final int ATTEMPTS_MAX = 64;
    private static final int WEEK_DAYS = 7;
    private static final String NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz";

    private final byte[] key;
    private final int daysMax;
    private final boolean keepWeekday;
    private final NumberSurrogates numbers;
    private final PlaceSurrogates places;

    /**
     * @param key the secret; who has it can find out originals by trying
     * @param daysMax dates move by 1 to this many days, back or on
     * @param keepWeekday whether by whole weeks
     */
    public Pseudonymizer(byte[] key, int daysMax, boolean keepWeekday) {
        this.key = key.clone();
        this.daysMax = daysMax;
        this.keepWeekday = keepWeekday;
        this.numbers = new NumberSurrogates(this.key);
        this.places = new PlaceSurrogates(this.key);
    }

    @Override
    public String done() {
        return "pseudonymized";
    }

    @Override
    public List<String> replace(String text, List<Finding> findings, String scope) {
        Set<String> originals = new HashSet<>();
        List<String> names = new ArrayList<>();
        List<String> dates = new ArrayList<>();
        for (Finding finding : findings) {
            String original = PlainText.of(text.substring(finding.from(), finding.to())).text();
            originals.add(NumberSurrogates.canonical(original));
            if (finding.kind() == IdentifierKind.NAME) {
                names.add(original);
            } else if (finding.kind() == IdentifierKind.DATE) {
                dates.add(original);
            }
        }
        NameSurrogates people = new NameSurrogates(key, names);
        DateShift shift = new DateShift(days(scope), dates, IdentifierFinder.isEnglish(text));
        List<String> replaced = new ArrayList<>();
        for (Finding finding : findings) {
            String original = PlainText.of(text.substring(finding.from(), finding.to())).text();
            replaced.add(switch (finding.kind()) {
                case NAME -> people.of(original);
                case DATE -> date(original, shift);
                case AGE -> "90";
                case EMAIL -> mail(original, people, originals);
                default -> other(finding.kind(), original, originals);
            });
        }
        return replaced;
    }

    private String other(IdentifierKind kind, String original, Set<String> originals) {
        String surrogate = kind.placeholder();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            surrogate = switch (kind) {
                case PHONE, FAX -> numbers.phone(original, attempt);
                case URL -> url(original, attempt);
                case IP -> ip(original, attempt);
                case ADDRESS -> places.of(original, attempt);
                default -> numbers.of(kind, original, attempt);
            };
            if (!originals.contains(NumberSurrogates.canonical(surrogate))) {
                return surrogate;
            }
        }
        return kind.placeholder();
    }

    private int days(String scope) {
        KeyedChoice choice = KeyedChoice.of(key, "shift", scope, 0);
        int unit = keepWeekday ? WEEK_DAYS : 1;
        int steps = Math.max(1, daysMax / unit);
        int days = (1 + choice.next(steps)) * unit;
        return choice.next(2) == 0 ? days : -days;
    }

    private String date(String original, DateShift shift) {
        String text = original;
        if (!keepWeekday) {
            Runs runs = new Runs(original);
            if (runs.count() > 1 && Months.isDay(runs.lower(0))) {
                text = original.substring(runs.from(1));
            }
        }
        String shifted = shift.shift(text);
        return shifted == null ? IdentifierKind.DATE.placeholder() : shifted;
    }

    private String mail(String original, NameSurrogates people, Set<String> originals) {
        int at = original.indexOf('@');
        if (at < 0) {
            at = 0;
            while (at < original.length() && " ([{".indexOf(original.charAt(at)) < 0) {
                at++;
            }
        }
        String domain = LetterCase.lower(original.substring(Math.min(at + 1, original.length())));
        String surrogate = people.local(original.substring(0, at)) + "@" + host(domain, 0);
        return originals.contains(NumberSurrogates.canonical(surrogate)) ? IdentifierKind.EMAIL.placeholder()
                : surrogate;
    }

    private String host(String domain, int attempt) {
        KeyedChoice choice = KeyedChoice.of(key, "host", domain.strip(), attempt);
        StringBuilder host = new StringBuilder();
        while (host.length() < 6) {
            host.append(choice.nextOf(NAME_LETTERS));
        }
        return host.append(".example.org").toString();
    }

    private String url(String original, int attempt) {
        int scheme = original.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int to = from;
        while (to < original.length() && "/?#".indexOf(original.charAt(to)) < 0) {
            to++;
        }
        String url = original.substring(0, from) + host(LetterCase.lower(original.substring(from, to)), attempt);
        if (to >= original.length() - 1) {
            return url + original.substring(to);
        }
        String path = original.substring(to);
        KeyedChoice choice = KeyedChoice.of(key, "path", path, attempt);
        StringBuilder made = new StringBuilder(url).append('/');
        for (int i = 0; i < 8; i++) {
            made.append(choice.nextOf(NAME_LETTERS));
        }
        return made.toString();
    }

    private String ip(String original, int attempt) {
        KeyedChoice choice = KeyedChoice.of(key, "ip", LetterCase.lower(original), attempt);
        return original.indexOf(':') < 0
                ? "198." + (18 + choice.next(2)) + "." + choice.next(256) + "." + (1 + choice.next(254))
                : "2001:db8:" + Integer.toHexString(choice.next(0x10000)) + "::"
                + Integer.toHexString(choice.next(0x10000))
                        + ":" + Integer.toHexString(1 + choice.next(0xFFFF));
    }
}
