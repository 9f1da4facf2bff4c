package quern.benchmarks.letters;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What one letter of the care set is about: people, places, days and numbers, each the same wherever it is named. */
final class CareCase {

    final String land;
    final Random random;
    final LocalDate visit;
    final LocalDate birth;
    private final CarePeople people;
    private final CareDates dates;
    private final CarePlaces places;
    private final CareContacts contacts;
    private final CareNumbers numbers;
    private final CareTraps traps;
    private final Map<String, String> kept = new HashMap<>();

    CareCase(String land, Random random) {
        this.land = land;
        this.random = random;
        this.visit = LocalDate.of(2011, 1, 3).plusDays(random.nextInt(5300));
        this.birth = visit.minusDays(6800 + random.nextInt(24800));
        this.people = new CarePeople(this);
        this.dates = new CareDates(this);
        this.places = new CarePlaces(this);
        this.contacts = new CareContacts(this, people);
        this.numbers = new CareNumbers(this, people);
        this.traps = new CareTraps(this);
    }

    /** The text of a slot with its marks; null if nobody knows the slot. */
    String write(String slot) {
        String text = people.write(slot);
        text = text == null ? dates.write(slot) : text;
        if (text == null) {
            text = kept.get(slot);
        }
        if (text == null) {
            String name = Character.isDigit(slot.charAt(slot.length() - 1))
                    ? slot.substring(0, slot.length() - 1) : slot;
            text = places.write(name, slot);
            text = text == null ? contacts.write(name) : text;
            text = text == null ? numbers.write(name) : text;
            if (text == null) {
                return traps.write(name);
            }
            kept.put(slot, text);
        }
        return text;
    }

    /** Whole years at the visit. */
    int age() {
        return birth.until(visit).getYears();
    }

    String pick(String... items) {
        return items[random.nextInt(items.length)];
    }

    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /** {@code #} becomes a digit, {@code ^} one from 1 on, {@code %} from 2 on, {@code @} and {@code ~} letters. */
    String fill(String pattern) {
        StringBuilder text = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            text.append(switch (c) {
                case '#' -> (char) ('0' + random.nextInt(10));
                case '^' -> (char) ('1' + random.nextInt(9));
                case '%' -> (char) ('2' + random.nextInt(8));
                case '@' -> "ABCDEFGHJKLMNPRSTUVWXYZ".charAt(random.nextInt(23));
                case '~' -> "abcdefghjkmnpqrstuvwxyz".charAt(random.nextInt(23));
                default -> c;
            });
        }
        return text.toString();
    }
}
