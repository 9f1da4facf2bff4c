package quern.inference.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON numbers between two bounds, as a rule over digits without exponents.
 *
 * @param low least value, null for none
 * @param high greatest value, null for none
 * @param whole integers only
 */
record NumberRange(BigDecimal low, boolean lowExcluded, BigDecimal high, boolean highExcluded, boolean whole) {

    /** Digits before the point where there is no bound, so that every number fits a long. */
    static final int DIGITS_MAX = 18;
    private static final int FRACTION_DIGITS = 6;
    private static final int SCALE_MAX = 12;
    private static final BigInteger BEYOND = BigInteger.TEN.pow(DIGITS_MAX);

    /** @throws GrammarException if there is no such number or a bound has too many digits */
    Part part(String at) {
        for (BigDecimal bound : new BigDecimal[] {low, high}) {
            if (bound != null && (bound.stripTrailingZeros().scale() > SCALE_MAX
                    || bound.precision() - bound.scale() > DIGITS_MAX)) {
                throw new GrammarException(at, "bound " + brief(bound) + " is not supported, expected at most "
                        + DIGITS_MAX + " digits before and " + SCALE_MAX + " behind the point");
            }
        }
        BigDecimal top = new BigDecimal(BEYOND);
        BigDecimal least = low == null ? top.negate() : low;
        BigDecimal most = high == null ? top : high;
        boolean openLow = low == null || lowExcluded;
        boolean openHigh = high == null || highExcluded;
        List<Part> parts = new ArrayList<>();
        if (most.signum() >= 0) {
            boolean below = least.signum() < 0;
            magnitudes(below ? BigDecimal.ZERO : least, !below && openLow, most, openHigh, parts);
        }
        if (least.signum() < 0) {
            boolean above = most.signum() >= 0;
            List<Part> negative = new ArrayList<>();
            magnitudes(above ? BigDecimal.ZERO : most.negate(), above || openHigh, least.negate(), openLow, negative);
            if (!negative.isEmpty()) {
                parts.add(Part.row(Part.text("-"), Part.choice(negative)));
            }
        }
        if (parts.isEmpty()) {
            throw new GrammarException(at, "no number lies within the bounds");
        }
        return Part.choice(parts);
    }

    private static String brief(BigDecimal bound) {
        return bound.round(new java.math.MathContext(DIGITS_MAX)).toString();
    }

    /** Numbers without a sign from {@code from} to {@code to}, neither negative. */
    private void magnitudes(BigDecimal from, boolean fromOut, BigDecimal to, boolean toOut, List<Part> parts) {
        if (from.compareTo(to) > 0) {
            return;
        }
        BigInteger first = ceiling(from, fromOut);
        BigInteger last = floor(to, toOut);
        if (first.compareTo(last) <= 0) {
            parts.add(integers(first, last));
        }
        if (whole) {
            return;
        }
        // [n, n+1) for the whole parts that bounds do not touch, then the first and the last with a fraction.
        BigInteger bottom = from.toBigInteger();
        BigInteger top = to.toBigInteger();
        BigInteger innerFirst = bottom.add(BigInteger.ONE);
        BigInteger innerLast = top.subtract(BigInteger.ONE);
        if (innerFirst.compareTo(innerLast) <= 0) {
            parts.add(Part.row(integers(innerFirst, innerLast), Part.text("."),
                    Part.repeat(Part.symbols('0', '9'), 1, FRACTION_DIGITS)));
        }
        fractions(bottom, from, fromOut, to, toOut, parts);
        if (!top.equals(bottom)) {
            fractions(top, from, fromOut, to, toOut, parts);
        }
    }

    private static void fractions(
            BigInteger wholePart, BigDecimal from, boolean fromOut, BigDecimal to, boolean toOut, List<Part> parts) {
        int longest = Math.max(FRACTION_DIGITS,
                Math.max(from.stripTrailingZeros().scale(), to.stripTrailingZeros().scale()) + 1);
        for (int digits = 1; digits <= longest; digits++) {
            BigDecimal unit = BigDecimal.ONE.movePointRight(digits);
            BigDecimal base = new BigDecimal(wholePart);
            BigInteger first = ceiling(from.subtract(base).multiply(unit), fromOut).max(BigInteger.ZERO);
            BigInteger last = floor(to.subtract(base).multiply(unit), toOut)
                    .min(BigInteger.TEN.pow(digits).subtract(BigInteger.ONE));
            if (first.compareTo(last) <= 0) {
                parts.add(Part.row(
                        Part.text(wholePart + "."), sameLength(padded(first, digits), padded(last, digits))));
            }
        }
    }

    private static BigInteger ceiling(BigDecimal value, boolean excluded) {
        BigInteger up = value.setScale(0, RoundingMode.CEILING).toBigIntegerExact();
        return excluded && new BigDecimal(up).compareTo(value) == 0 ? up.add(BigInteger.ONE) : up;
    }

    private static BigInteger floor(BigDecimal value, boolean excluded) {
        BigInteger down = value.setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
        return excluded && new BigDecimal(down).compareTo(value) == 0 ? down.subtract(BigInteger.ONE) : down;
    }

    private static String padded(BigInteger value, int digits) {
        String text = value.toString();
        return "0".repeat(digits - text.length()) + text;
    }

    /** Integers without a sign and without leading zeros. */
    private static Part integers(BigInteger first, BigInteger last) {
        String low = first.toString();
        String high = last.toString();
        List<Part> parts = new ArrayList<>();
        for (int digits = low.length(); digits <= high.length(); digits++) {
            String from = digits == low.length() ? low : "1" + "0".repeat(digits - 1);
            String to = digits == high.length() ? high : "9".repeat(digits);
            parts.add(sameLength(from, to));
        }
        return Part.choice(parts);
    }

    private static Part sameLength(String low, String high) {
        return (nfa, from, to) -> between(nfa, from, to, low, high, true, true);
    }

    private static void between(
            Nfa nfa, int from, int to, String low, String high, boolean tightLow, boolean tightHigh) {
        if (low.isEmpty()) {
            nfa.empty(from, to);
            return;
        }
        int least = tightLow ? low.charAt(0) : '0';
        int most = tightHigh ? high.charAt(0) : '9';
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (!tightLow && !tightHigh) {
            int next = nfa.state();
            nfa.symbols(from, '0', '9', next);
            between(nfa, next, to, lowRest, highRest, false, false);
            return;
        }
        if (least == most) {
            branch(nfa, from, least, most, to, lowRest, highRest, tightLow, tightHigh);
            return;
        }
        int inner = tightLow ? least + 1 : least;
        int innerLast = tightHigh ? most - 1 : most;
        if (tightLow) {
            branch(nfa, from, least, least, to, lowRest, highRest, true, false);
        }
        if (tightHigh) {
            branch(nfa, from, most, most, to, lowRest, highRest, false, true);
        }
        if (inner <= innerLast) {
            branch(nfa, from, inner, innerLast, to, lowRest, highRest, false, false);
        }
    }

    private static void branch(Nfa nfa, int from, int least, int most, int to, String low, String high,
            boolean tightLow, boolean tightHigh) {
        int next = nfa.state();
        nfa.symbols(from, least, most, next);
        between(nfa, next, to, low, high, tightLow, tightHigh);
    }
}
