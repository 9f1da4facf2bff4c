package quern.inference.grammar;

/**
 * How a model writes calls of functions: {@code opening {"name": NAME, argumentsKey: {...}} closing}.
 *
 * @param opening what stands before a call; empty: the object alone
 * @param openingMarker symbol of the opening if it is a control token, otherwise -1
 * @param list whether all calls stand in one list behind a single opening
 * @param argumentsKey the key of the arguments
 * @param closing what stands behind a call; may be empty
 * @param closingMarker symbol of the closing if it is a control token, otherwise -1
 */
public record CallForm(
        String opening, int openingMarker, boolean list, String argumentsKey, String closing, int closingMarker) {

    Part openingPart() {
        return openingMarker >= 0 ? Part.symbols(openingMarker, openingMarker) : Part.text(opening);
    }

    Part closingPart() {
        return closingMarker >= 0 ? Part.symbols(closingMarker, closingMarker) : Part.text(closing);
    }
}
