package quern.curation.erase;

/** How a dataset was made, as far as it is known: enough to make some of its samples again, or why that cannot be. */
public sealed interface Origin {

    /** The field in which its samples have their text. */
    String textKey();

    /** @param reason why samples cannot be made again, for example that the recipe is not known */
    record Unknown(String textKey, String reason) implements Origin {}
}
