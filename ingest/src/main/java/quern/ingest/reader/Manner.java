package quern.ingest.reader;

/**
 * What becomes of a file's content.
 *
 * @param rows whether samples are rows of a dataset: cells as they stand and nothing made up for them, one sample for a
 *     file of one text, such as a PDF with all its pages. Otherwise samples are passages to learn from: a page each,
 *     rows with a field {@code text} made of their cells
 * @param verbatimMarkup whether HTML stays as it is written
 */
public record Manner(boolean rows, boolean verbatimMarkup) {

    /** As documents of the journal are read. */
    public static final Manner DOCUMENTS = new Manner(false, false);

    /** As a recipe reads the files of its {@code dataset_path}. */
    public static final Manner ROWS = new Manner(true, false);

    /** The same with HTML as it is written, which is how Data-Juicer 1.4.3 reads it. */
    public static final Manner DATA_JUICER = new Manner(true, true);
}
