package quern.gpu.scalar;

/** What codes 0, 1, 2, ... stand for, ascending: neighbouring whole numbers, or a codebook in [-128, 127]. */
final class Levels {

    private final int least;
    private final int count;
    private final byte[] codebook;
    private final byte[] nearest;

    private Levels(int least, int count, byte[] codebook) {
        this.least = least;
        this.count = count;
        this.codebook = codebook;
        this.nearest = codebook == null ? null : nearest(codebook);
    }

    static Levels between(int least, int greatest) {
        return new Levels(least, greatest - least + 1, null);
    }

    static Levels of(byte[] codebook) {
        return new Levels(codebook[0], codebook.length, codebook);
    }

    /** The code of the nearest value for each half unit from -128 on; a midpoint is a whole number of them. */
    private static byte[] nearest(byte[] codebook) {
        byte[] nearest = new byte[512];
        int code = 0;
        for (int i = 0; i < nearest.length; i++) {
            while (code + 1 < codebook.length && codebook[code] + codebook[code + 1] + 256 <= i) {
                code++;
            }
            nearest[i] = (byte) code;
        }
        return nearest;
    }

    int least() {
        return least;
    }

    int greatest() {
        return codebook == null ? least + count - 1 : codebook[count - 1];
    }

    int value(int code) {
        return codebook == null ? least + code : codebook[code];
    }

    /** The code of the level nearest to {@code x}. */
    int code(double x) {
        return codebook == null
                ? Math.clamp((int) (x - least + 0.5), 0, count - 1)
                : nearest[Math.clamp((int) (2 * x + 256), 0, 511)];
    }
}
