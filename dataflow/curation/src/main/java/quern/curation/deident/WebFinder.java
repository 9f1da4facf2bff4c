package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import quern.curation.text.LetterCase;

/** Mail addresses, addresses in the web, IP and hardware addresses, UUIDs. */
final class WebFinder {

    private static final int LOCAL_CHARS_MAX = 64;
    private static final int HOST_CHARS_MAX = 253;
    private static final int ADDRESS_CHARS_MAX = 48;
    private static final Set<String> SCHEMES = Set.of("http", "https", "ftp", "sftp", "www");
    /** Endings of names that are no words and no file types. */
    private static final Set<String> ENDINGS = Set.of("com", "org", "net", "edu", "gov", "mil", "info", "io", "eu",
            "de",
            "fr", "uk", "ch", "at", "ca", "au", "nl", "be", "es", "se", "dk", "pl", "cz", "ie", "health", "app", "dev",
            "us", "co",
            "it", "biz", "tv", "online", "site", "care", "clinic", "nhs", "scot", "wales", "cymru", "ly", "me", "nz",
            "no", "fi", "pt", "lu", "li", "eus", "xyz", "cloud", "tech", "doctor", "dental", "hospital", "berlin",
            "koeln", "hamburg", "bayern", "saarland");
    /** Endings that are words too: a host only with a path behind it. */
    private static final Set<String> WORDS = Set.of("at", "be", "es", "se", "ie", "au", "app", "info", "health", "us",
            "co", "it", "me", "no", "online", "site", "care", "clinic", "nhs", "li", "cloud", "tech", "doctor",
            "dental", "hospital", "berlin", "tv", "fi", "wales", "ly", "lu", "nz", "pt", "scot", "cymru", "dev");
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})"
            + "(?![\\d.]*\\d)");
    private static final Pattern MAC = Pattern.compile("(?:\\p{XDigit}{2}\\s?([:-])\\s?)(?:\\p{XDigit}{2}"
            + "\\s?\\1\\s?){4}"
            + "\\p{XDigit}{2}(?![\\p{XDigit}:-])");
    private static final Pattern CISCO = Pattern.compile("(?=[\\d.]{0,13}[a-fA-F])"
            + "(?:\\p{XDigit}{4}\\.){2}\\p{XDigit}{4}"
            + "(?![\\p{L}\\d.]\\p{XDigit})");
    private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}-(?:\\p{XDigit}{4}-){3}\\p{XDigit}{12}");
    private static final Pattern IPV6 = Pattern.compile("(?:\\p{XDigit}{0,4}:){2,8}\\p{XDigit}{0,4}");
    private static final Pattern WRITTEN_AT = Pattern.compile("\\s?[(\\[{]\\s?(?:at|AT|\u00E4t)\\s?[)\\]}]\\s?");
    private static final Pattern WRITTEN_HOST = Pattern.compile(
            "[\\p{L}\\d-]{1,63}(?:(?:\\.|\\s?[(\\[{]\\s?(?:dot|DOT|punkt)\\s?[)\\]}]\\s?)[\\p{L}\\d-]{1,63}){1,6}");
    private static final String LOCAL = "._%+-'";

    private final Runs runs;
    private final String text;
    private final List<Finding> found;
    private final Runs.Anchored ipv4;
    private final Runs.Anchored mac;
    private final Runs.Anchored cisco;
    private final Runs.Anchored uuid;
    private final Runs.Anchored ipv6;
    private final Runs.Anchored writtenAt;
    private final Runs.Anchored writtenHost;
    private int done;

    WebFinder(Runs runs, List<Finding> found) {
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
        this.ipv4 = runs.anchored(IPV4);
        this.mac = runs.anchored(MAC);
        this.cisco = runs.anchored(CISCO);
        this.uuid = runs.anchored(UUID);
        this.ipv6 = runs.anchored(IPV6);
        this.writtenAt = runs.anchored(WRITTEN_AT);
        this.writtenHost = runs.anchored(WRITTEN_HOST);
    }

    void find() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.from(run) < done) {
                continue;
            }
            char next = runs.charAt(runs.to(run));
            boolean bracket = Runs.isBlank(next) || next == '(' || next == '[' || next == '{';
            if (next == '@' || next == ' ' && runs.charAt(runs.to(run) + 1) == '@') {
                mail(run, text.indexOf('@', runs.to(run)));
            } else if (bracket && writtenAt.at(runs.to(run), ADDRESS_CHARS_MAX)) {
                writtenMail(run, writtenAt.to());
            } else if (next == ' ' && runs.length(run) == 2 && hardware(run)) {
                continue;
            } else if (!scheme(run) && (next == '.' || next == ':' || next == '-')) {
                if (!number(run, next) && next == '.') {
                    host(run);
                }
            }
        }
    }

    private void mail(int run, int at) {
        int from = localFrom(runs.to(run));
        int hostFrom = at + 1;
        if (Runs.isBlank(runs.charAt(hostFrom))) {
            hostFrom++;
        }
        int to = hostFrom;
        int lastDot = -1;
        while (to < text.length() && to - hostFrom < HOST_CHARS_MAX && isHost(text.charAt(to))) {
            lastDot = text.charAt(to) == '.' ? to : lastDot;
            to++;
        }
        if (to > 0 && to <= text.length() && to > hostFrom && text.charAt(to - 1) == '.') {
            to--;
            lastDot = text.lastIndexOf('.', to - 1);
        }
        boolean spaced = hostFrom != at + 1 || runs.to(run) != at;
        if (lastDot > hostFrom && to - lastDot > 2) {
            add(IdentifierKind.EMAIL, from, to, spaced ? 0.9 : 0.99);
        } else if (!spaced && to > hostFrom) {
            add(IdentifierKind.EMAIL, from, to, 0.6);
        }
    }

    private void writtenMail(int run, int hostFrom) {
        if (writtenHost.at(hostFrom, HOST_CHARS_MAX)) {
            add(IdentifierKind.EMAIL, localFrom(runs.to(run)), writtenHost.to(), 0.95);
        }
    }

    /** The begin of the part before the at sign. */
    private int localFrom(int to) {
        int from = to;
        while (from > done && to - from < LOCAL_CHARS_MAX
                && (Character.isLetterOrDigit(text.charAt(from - 1)) || LOCAL.indexOf(text.charAt(from - 1)) >= 0)) {
            from--;
        }
        while (from < to && !Character.isLetterOrDigit(text.charAt(from))) {
            from++;
        }
        return from;
    }

    /** Whether names in the web end like this. */
    static boolean isEnding(String lower) {
        return ENDINGS.contains(lower);
    }

    private static boolean isHost(char c) {
        return c == '.' || c == '-' || Character.isLetterOrDigit(c);
    }

    private boolean scheme(int run) {
        if (!SCHEMES.contains(runs.lower(run))) {
            return false;
        }
        boolean www = runs.lower(run).equals("www") && runs.isGap(run, '.');
        if (!www && !text.startsWith("://", runs.to(run))) {
            return false;
        }
        add(IdentifierKind.URL, runs.from(run), addressEnd(runs.to(run) + 1), 0.99);
        return true;
    }

    /** The end of what an address may hold, without the punctuation of the sentence around it. */
    private int addressEnd(int from) {
        int to = from;
        while (to < text.length() && !Runs.isBlank(text.charAt(to))
                && "<>\"\u201C\u201D\u00BB|".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        while (to > from && ".,;:!?)]}'*_".indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return to;
    }

    private boolean number(int run, char next) {
        int from = runs.from(run);
        if (runs.length(run) > 8 || runs.charAt(from - 1) == '.' && from > 1 && runs.isDigits(run - 1)) {
            return false;
        }
        if (next == '.' && runs.length(run) == 4 && cisco.at(from, ADDRESS_CHARS_MAX)) {
            add(IdentifierKind.DEVICE, from, cisco.to(), 0.85);
            return true;
        }
        if (next == '.') {
            return runs.isDigits(run) && ipv4.at(from, ADDRESS_CHARS_MAX) && v4(run);
        }
        if (runs.length(run) == 2 && hardware(run)) {
            return true;
        }
        if (next == '-') {
            if (runs.length(run) == 8 && uuid.at(from, ADDRESS_CHARS_MAX)) {
                add(IdentifierKind.OTHER_ID, from, uuid.to(), 0.97);
                return true;
            }
            return false;
        }
        if (runs.length(run) <= 4 && ipv6.at(from, ADDRESS_CHARS_MAX) && isV6(text.substring(from, ipv6.to()))) {
            add(IdentifierKind.IP, from, ipv6.to(), 0.95);
            return true;
        }
        return false;
    }

    private boolean hardware(int run) {
        if (!mac.at(runs.from(run), ADDRESS_CHARS_MAX)) {
            return false;
        }
        add(IdentifierKind.DEVICE, runs.from(run), mac.to(), 0.97);
        return true;
    }

    private boolean v4(int run) {
        for (int group = 1; group <= 4; group++) {
            if (Integer.parseInt(ipv4.group(group)) > 255) {
                return false;
            }
        }
        boolean none = ipv4.group(4).equals("0") && runs.charAt(ipv4.to()) != '/';
        if (none || Contexts.isVersion(runs, run)) {
            done = ipv4.to();
            return true;
        }
        int from = runs.from(run);
        while (from > 0 && runs.from(run) - from < 24 && (text.charAt(from - 1) == ':'
                || Character.digit(text.charAt(from - 1), 16) >= 0)) {
            from--;
        }
        boolean mapped = text.substring(from, runs.from(run)).contains("::");
        add(IdentifierKind.IP, mapped ? from : runs.from(run), ipv4.to(), mapped ? 0.97 : 0.9);
        return true;
    }

    private static boolean isV6(String address) {
        int groups = 0;
        boolean letters = false;
        for (String group : address.split(":")) {
            groups += group.isEmpty() ? 0 : 1;
            letters |= group.chars().anyMatch(Character::isLetter);
        }
        int twice = address.indexOf("::");
        return twice >= 0 ? groups >= 2 && groups < 8 && (letters || groups > 3) && address.indexOf("::", twice + 1) < 0
                : groups == 8;
    }

    /** A host without a scheme: {@code clinic.example.org/path}. */
    private void host(int run) {
        int from = runs.from(run);
        if (from > 0 && (LOCAL + "/@").indexOf(text.charAt(from - 1)) >= 0 && from - 1 >= done) {
            while (from > done && runs.to(run) - from < LOCAL_CHARS_MAX && isHost(text.charAt(from - 1))) {
                from--;
            }
        }
        int to = runs.to(run);
        int labelFrom = from;
        String ending = "";
        while (to < text.length() && to - from < HOST_CHARS_MAX && isHost(text.charAt(to))) {
            if (text.charAt(to) == '.') {
                if (labelFrom > from && ENDINGS.contains(text.substring(labelFrom, to))) {
                    ending = text.substring(labelFrom, to);
                }
                labelFrom = to + 1;
            }
            to++;
        }
        String last = LetterCase.lower(text.substring(Math.min(labelFrom, to), to));
        if (labelFrom == from || !ENDINGS.contains(last) && !(last.isEmpty() && !ending.isEmpty())) {
            return;
        }
        boolean path = runs.charAt(to) == '/' || runs.charAt(to) == ':' && Character.isDigit(runs.charAt(to + 1));
        if (runs.charAt(to) == '@' || !path && WORDS.contains(last)) {
            return;
        }
        boolean initial = !path && labelFrom - from == 2 && runs.charAt(to) == ' '
                && Character.isUpperCase(text.charAt(from));
        if (initial) {
            return;
        }
        to = path ? addressEnd(to) : last.isEmpty() ? to - 1 : to;
        add(IdentifierKind.URL, from, to, path ? 0.95 : 0.75);
    }

    private void add(IdentifierKind kind, int from, int to, double confidence) {
        found.add(new Finding(kind, from, to, confidence));
        done = to;
    }
}
