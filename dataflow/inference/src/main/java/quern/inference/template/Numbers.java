package quern.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Arithmetic after Python: whole numbers of any size up to a limit, floats of 64 bits, booleans as 0 and 1. */
final class Numbers {

    private static final int BITS_MAX = 1024;

    private Numbers() {}

    static boolean is(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean
                || value instanceof BigInteger;
    }

    static boolean isWhole(Object value) {
        return is(value) && !(value instanceof Double);
    }

    /** The value as it is kept: a long where it fits. */
    static Object whole(BigInteger number) {
        if (number.bitLength() > BITS_MAX) {
            throw new TemplateException("number of " + number.bitLength() + " bits, at most " + BITS_MAX);
        }
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    static BigInteger big(Object value) {
        return switch (value) {
            case Long number -> BigInteger.valueOf(number);
            case BigInteger number -> number;
            case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
            default -> throw new TemplateException(
                    "expected a whole number, found '" + Values.typeName(value) + "'");
        };
    }

    static double real(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case Boolean flag -> flag ? 1 : 0;
            case BigInteger number -> {
                double real = number.doubleValue();
                if (Double.isInfinite(real)) {
                    throw new TemplateException("int too large to convert to float");
                }
                yield real;
            }
            default -> throw new TemplateException("expected a number, found '" + Values.typeName(value) + "'");
        };
    }

    static int compare(Object left, Object right) {
        if (isWhole(left) && isWhole(right)) {
            return big(left).compareTo(big(right));
        }
        double a = left instanceof BigInteger large ? large.doubleValue() : real(left);
        double b = right instanceof BigInteger large ? large.doubleValue() : real(right);
        return a == b ? 0 : a < b ? -1 : 1;
    }

    static Object negated(Object value) {
        return value instanceof Double number ? (Object) (-number) : whole(big(value).negate());
    }

    static Object binary(String operator, Object left, Object right) {
        if (isWhole(left) && isWhole(right) && !operator.equals("/")) {
            return whole(operator, left, right);
        }
        return real(operator, real(left), real(right));
    }

    private static Object whole(String operator, Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            long high = Math.abs(a) | Math.abs(b);
            if (high >= 0 && high < 1L << 31 && b != 0 && !operator.equals("**")) {
                return switch (operator) {
                    case "+" -> a + b;
                    case "-" -> a - b;
                    case "*" -> a * b;
                    case "//" -> Math.floorDiv(a, b);
                    default -> Math.floorMod(a, b);
                };
            }
        }
        BigInteger a = big(left);
        BigInteger b = big(right);
        return switch (operator) {
            case "+" -> whole(a.add(b));
            case "-" -> whole(a.subtract(b));
            case "*" -> whole(a.multiply(b));
            case "//" -> whole(floored(a, b));
            case "%" -> whole(a.subtract(floored(a, b).multiply(b)));
            default -> power(a, b);
        };
    }

    private static BigInteger floored(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new TemplateException("division by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return real("**", base.doubleValue(), exponent.doubleValue());
        }
        long bits = (long) base.bitLength() * Math.min(exponent.bitLength() > 31 ? Integer.MAX_VALUE
                : exponent.intValue(), Integer.MAX_VALUE);
        boolean trivial = base.abs().compareTo(BigInteger.ONE) <= 0;
        if (bits > BITS_MAX && !trivial) {
            throw new TemplateException("number of about " + bits + " bits, at most " + BITS_MAX);
        }
        int small = trivial ? exponent.testBit(0) || exponent.signum() == 0 ? exponent.signum() : 2
                : exponent.intValue();
        return whole(base.pow(small));
    }

    private static Double real(String operator, double left, double right) {
        boolean divides = operator.startsWith("/") || operator.equals("%");
        if (right == 0 && divides || left == 0 && right < 0 && operator.equals("**")) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> quotient(left, right);
            case "%" -> remainder(left, right);
            default -> raised(left, right);
        };
    }

    /* Python's float floor division goes by way of the remainder, which is exact. */
    private static double quotient(double left, double right) {
        double quotient = (left - left % right) / right;
        double whole = left % right != 0 && right < 0 != left % right < 0 ? quotient - 1 : quotient;
        double floor = Math.floor(whole);
        return whole == 0 ? Math.copySign(0.0, left / right) : whole - floor > 0.5 ? floor + 1 : floor;
    }

    private static double remainder(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0.0, right);
        }
        return right < 0 != remainder < 0 ? remainder + right : remainder;
    }

    private static double raised(double left, double right) {
        double power = Math.pow(left, right);
        if (Double.isNaN(power) && !Double.isNaN(left) && !Double.isNaN(right)) {
            throw new TemplateException("complex numbers are not supported");
        }
        if (Double.isInfinite(power) && Double.isFinite(left) && Double.isFinite(right)) {
            throw new TemplateException("result of ** is too large");
        }
        return power;
    }

    /** Python's {@code round}: half to even, of the float's exact value; whole numbers stay whole. */
    static Object rounded(Object value, int digits) {
        if (isWhole(value)) {
            BigDecimal number = new BigDecimal(big(value));
            return digits >= 0 ? whole(number.toBigInteger())
                    : whole(number.setScale(Math.max(digits, -BITS_MAX), RoundingMode.HALF_EVEN).toBigInteger());
        }
        double number = real(value);
        if (!Double.isFinite(number) || number == 0) {
            return number;
        }
        double rounded = new BigDecimal(number)
                .setScale(Math.clamp(digits, -400, 400), RoundingMode.HALF_EVEN).doubleValue();
        return rounded == 0 ? Math.copySign(0.0, number) : rounded;
    }

    /** Cut towards zero. */
    static Object truncated(double number) {
        if (!Double.isFinite(number)) {
            throw new TemplateException("cannot convert float " + Writing.real(number) + " to integer");
        }
        return whole(new BigDecimal(number).toBigInteger());
    }
}
