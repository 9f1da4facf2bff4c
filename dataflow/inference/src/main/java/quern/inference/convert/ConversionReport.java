package quern.inference.convert;

import java.util.List;
import quern.gpu.tensor.ElementType;

/**
 * What a conversion did.
 *
 * @param fileBytes size of the file written
 * @param remarks what a user should know, a sentence each
 */
public record ConversionReport(List<Line> tensors, long fileBytes, List<String> remarks) {

    /**
     * One tensor.
     *
     * @param wanted what the rule asked for; differs from {@code to} where rows do not fit the block
     * @param rmse root of the mean squared difference between what was read and what was stored
     * @param weighted whether importance weighed the rounding
     */
    public record Line(
            String name, List<Integer> dimensions, ElementType from, ElementType wanted, ElementType to,
            long bytesBefore, long bytesAfter, double rmse, boolean weighted) {

        public boolean fellBack() {
            return wanted != to;
        }

        long elements() {
            return dimensions.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        }
    }

    public long bytesBefore() {
        return tensors.stream().mapToLong(Line::bytesBefore).sum();
    }

    public long bytesAfter() {
        return tensors.stream().mapToLong(Line::bytesAfter).sum();
    }

    /** Over all elements of the matrices that changed their type; 0 if none did. */
    public double rmse() {
        double squares = 0;
        long elements = 0;
        for (Line line : tensors) {
            if (line.from != line.to) {
                squares += line.rmse * line.rmse * line.elements();
                elements += line.elements();
            }
        }
        return elements == 0 ? 0 : Math.sqrt(squares / elements);
    }
}
