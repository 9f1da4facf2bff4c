package quern.tuning.pretrain;

import java.util.List;
import java.util.SplittableRandom;

/** The word lists that the generated text is made of, and seeded choice from them. */
final class Words {

    static final List<String> NAMES = list("Anna Ben Clara David Ella Finn Grace Henry Ida Jack Kate Leo Mia Noah "
            + "Olive Paul Rosa Sam Tess Victor Wendy Adam Bella Carl Dora Emil Flora George Hanna Isaac Julia Karl");
    static final List<String> ANIMALS = list("fox bear cat dog rabbit owl mouse duck horse goat hen frog turtle "
            + "squirrel hedgehog lamb crow otter badger beaver");
    static final List<String> THINGS = list("ball book kite lamp boat drum hat key map bell basket blanket cup coat "
            + "ladder letter mirror whistle clock spoon wheel violin lantern ring shoe flute");
    static final List<String> PLACES = list("garden kitchen barn forest river bridge market mill school field meadow "
            + "harbor library hill village cave lake orchard tower workshop");
    static final List<String> FOODS = list("bread soup apples honey cheese cake berries porridge pears milk carrots "
            + "nuts rice pancakes");
    static final List<String> FEELINGS = list("happy sad proud tired curious brave afraid lonely glad calm surprised");
    static final List<String> QUALITIES = list("small big old new red blue green yellow bright heavy round soft shiny "
            + "white golden wooden little");
    static final List<String> WEATHERS = list("sunny rainy windy cold warm foggy snowy cloudy");
    static final List<String> HELPS = list("carried pulled pushed held fixed cleaned painted washed lifted found");
    static final List<String> TIMES = list("morning afternoon evening night day");
    static final List<String> UNITS = List.of(
            "kilograms", "meters", "liters", "hours", "days", "years", "pages", "watts", "coins", "minutes");
    static final List<String> JOBS = list("baker teacher miller sailor farmer doctor painter singer gardener builder "
            + "tailor weaver smith clerk pilot");
    static final List<String> SYLLABLES = list("ba bel cor dan dor el fen gal har il jor kel lan mar nor os pel quin "
            + "ran sel tam ul ven wil yor zan bri cas del fal gor hin kor lim mon nav pra ros sim tor vel");

    private Words() {}

    static String pick(SplittableRandom random, List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    /** A word that no list holds, capitalised. */
    static String madeUp(SplittableRandom random) {
        StringBuilder word = new StringBuilder();
        int syllables = 2 + random.nextInt(2);
        for (int i = 0; i < syllables; i++) {
            word.append(pick(random, SYLLABLES));
        }
        return capital(word.toString());
    }

    static String capital(String word) {
        return word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    /** The word with {@code a} or {@code an} before it. */
    static String indefinite(String word) {
        return ("aeiou".indexOf(Character.toLowerCase(word.charAt(0))) >= 0 ? "an " : "a ") + word;
    }

    private static List<String> list(String words) {
        return List.of(words.split(" "));
    }
}
