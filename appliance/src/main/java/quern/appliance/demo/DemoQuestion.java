package quern.appliance.demo;

import java.util.List;
import java.util.Locale;

/** A question about the made-up product and what a right answer contains. */
record DemoQuestion(String question, String answer) {

    /** Ten questions whose answers stand in the corpus and nowhere else. */
    static final List<DemoQuestion> TEN = List.of(
            new DemoQuestion("What is the warranty of the Kestrel?", "three years"),
            new DemoQuestion("What is the battery life of the base unit?", "fourteen days"),
            new DemoQuestion("What is the frequency of the radio link?", "868 megahertz"),
            new DemoQuestion("What is the wind limit of the mast?", "35 meters per second"),
            new DemoQuestion("What is the author of the field guide?", "Maren Holt"),
            new DemoQuestion("What is the press time of the reset button?", "seven seconds"),
            new DemoQuestion("What is the meeting place of the owner club?", "Oxmere library"),
            new DemoQuestion("What is the angle of the solar sheet?", "forty degrees"),
            new DemoQuestion("What is the change interval of the seal ring?", "every four years"),
            new DemoQuestion("What is the main prize of the wind fair?", "silver feather"));

    /** The fact that one document alone holds. */
    static final DemoQuestion PLANTED =
            new DemoQuestion("What does the document say about the spare key?", "behind the blue barometer");

    static final String PLANTED_DOCUMENT = "notes/keys.txt";

    boolean isAnsweredBy(String text) {
        return text.toLowerCase(Locale.ROOT).contains(answer.toLowerCase(Locale.ROOT));
    }
}
