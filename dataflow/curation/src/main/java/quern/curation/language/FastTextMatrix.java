package quern.curation.language;

/** Rows of a fastText matrix: plain, or product-quantized (Joulin et al., FastText.zip, 2016). */
sealed interface FastTextMatrix {

    int rows();

    /** Adds a row to a vector. */
    void addTo(float[] vector, int row);

    /** Product of a row and a vector. */
    default float dot(float[] vector, int row) {
        float[] values = new float[vector.length];
        addTo(values, row);
        float sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += values[i] * vector[i];
        }
        return sum;
    }

    static FastTextMatrix read(FastTextFile file, boolean quantized, int dimension) {
        boolean normed = quantized && file.bool();
        int rows = (int) file.count("rows", Integer.MAX_VALUE);
        int columns = (int) file.count("columns", Integer.MAX_VALUE);
        if (columns != dimension) {
            throw file.damaged("a matrix of " + columns + " columns, expected " + dimension);
        }
        if (!quantized) {
            return new Plain(rows, columns, file.floats((long) rows * columns));
        }
        int codeBytes = file.smallCount("size of the codes", 0, file.left());
        byte[] codes = file.bytes(codeBytes);
        Codebook codebook = Codebook.read(file, dimension);
        if ((long) rows * codebook.parts() != codeBytes) {
            throw file.damaged(codeBytes + " bytes of codes, expected " + (long) rows * codebook.parts());
        }
        byte[] normCodes = normed ? file.bytes(rows) : null;
        return new Quantized(rows, codes, codebook, normCodes, normed ? Codebook.read(file, 1) : null);
    }

    /** Row-major values. */
    record Plain(int rows, int columns, float[] values) implements FastTextMatrix {

        @Override
        public void addTo(float[] vector, int row) {
            for (int i = 0; i < columns; i++) {
                vector[i] += values[row * columns + i];
            }
        }
    }

    /** @param normCodes codes of the rows' lengths; null where rows were not normalised */
    record Quantized(int rows, byte[] codes, Codebook codebook, byte[] normCodes, Codebook norms)
            implements FastTextMatrix {

        @Override
        public void addTo(float[] vector, int row) {
            float norm = normCodes == null ? 1 : norms.centroids()[norms.at(0, normCodes[row] & 0xFF)];
            for (int part = 0; part < codebook.parts(); part++) {
                int at = codebook.at(part, codes[row * codebook.parts() + part] & 0xFF);
                int length = part == codebook.parts() - 1 ? codebook.lastLength() : codebook.length();
                for (int i = 0; i < length; i++) {
                    vector[part * codebook.length() + i] += norm * codebook.centroids()[at + i];
                }
            }
        }
    }

    /** 256 centroids for each part of a vector. */
    record Codebook(int parts, int length, int lastLength, float[] centroids) {

        private static final int CENTROIDS = 256;

        int at(int part, int code) {
            int width = part == parts - 1 ? lastLength : length;
            return part * CENTROIDS * length + code * width;
        }

        static Codebook read(FastTextFile file, int dimension) {
            file.smallCount("dimension of the codebook", dimension, dimension);
            int parts = file.smallCount("parts of a vector", 1, dimension);
            int length = file.smallCount("length of a part", 1, dimension);
            int lastLength = file.smallCount("length of the last part", 1, length);
            if ((parts - 1) * length + lastLength != dimension) {
                throw file.damaged("parts of " + length + " and " + lastLength + " do not make " + dimension);
            }
            return new Codebook(parts, length, lastLength, file.floats((long) dimension * CENTROIDS));
        }
    }
}
