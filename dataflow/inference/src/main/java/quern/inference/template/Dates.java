package quern.inference.template;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.WeekFields;
import java.util.Locale;

/** Dates as C's {@code strftime} writes them in its own locale, with glibc's flags. A time without a zone. */
final class Dates {

    private Dates() {}

    static String format(LocalDateTime now, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char flag = format.charAt(i + 1);
            boolean flagged = "-_0^#".indexOf(flag) >= 0 && i + 2 < format.length();
            i += flagged ? 2 : 1;
            String part = part(now, format.charAt(i));
            boolean unknown = part.startsWith("%") && part.length() > 1;
            text.append(unknown && flagged ? "%" + flag + part.substring(1) : spelled(part, flagged ? flag : ' '));
        }
        return text.toString();
    }

    private static String spelled(String part, char flag) {
        String digits = part.strip().replaceFirst("^0+(?=[0-9])", "");
        return switch (flag) {
            case '-' -> digits;
            case '_' -> " ".repeat(part.length() - digits.length()) + digits;
            case '0' -> part.replace(' ', '0');
            case '^' -> Strings.upper(part);
            case '#' -> Strings.swapCase(part).equals(Strings.upper(part)) || !part.equals(Strings.upper(part))
                    ? Strings.upper(part) : Strings.lower(part);
            default -> part;
        };
    }

    private static String part(LocalDateTime now, char letter) {
        int hour12 = now.getHour() % 12 == 0 ? 12 : now.getHour() % 12;
        return switch (letter) {
            case 'Y' -> String.valueOf(now.getYear());
            case 'C' -> padded(now.getYear() / 100, 2);
            case 'y' -> padded(now.getYear() % 100, 2);
            case 'm' -> padded(now.getMonthValue(), 2);
            case 'd' -> padded(now.getDayOfMonth(), 2);
            case 'e' -> "%2d".formatted(now.getDayOfMonth());
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'H' -> padded(now.getHour(), 2);
            case 'k' -> "%2d".formatted(now.getHour());
            case 'I' -> padded(hour12, 2);
            case 'l' -> "%2d".formatted(hour12);
            case 'M' -> padded(now.getMinute(), 2);
            case 'S' -> padded(now.getSecond(), 2);
            case 'f' -> padded(now.getNano() / 1000, 6);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'P' -> now.getHour() < 12 ? "am" : "pm";
            case 'j' -> padded(now.getDayOfYear(), 3);
            case 'u' -> String.valueOf(now.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(now.getDayOfWeek().getValue() % 7);
            default -> others(now, letter);
        };
    }

    private static String others(LocalDateTime now, char letter) {
        return switch (letter) {
            case 'U' -> padded((now.getDayOfYear() + 6 - now.getDayOfWeek().getValue() % 7) / 7, 2);
            case 'W' -> padded((now.getDayOfYear() + 6 - (now.getDayOfWeek().getValue() + 6) % 7) / 7, 2);
            case 'V' -> padded(now.get(WeekFields.ISO.weekOfWeekBasedYear()), 2);
            case 'G' -> String.valueOf(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> padded(now.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            case 's' -> String.valueOf(ChronoUnit.SECONDS.between(
                    LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), now));
            case 'F' -> format(now, "%Y-%m-%d");
            case 'D', 'x' -> format(now, "%m/%d/%y");
            case 'T', 'X' -> format(now, "%H:%M:%S");
            case 'R' -> format(now, "%H:%M");
            case 'r' -> format(now, "%I:%M:%S %p");
            case 'c' -> format(now, "%a %b %e %H:%M:%S %Y");
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> "%" + letter;
        };
    }

    private static String padded(int number, int digits) {
        return ("%0" + digits + "d").formatted(number);
    }
}
