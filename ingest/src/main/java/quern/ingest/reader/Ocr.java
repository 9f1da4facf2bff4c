package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import quern.config.OcrConfig;
import quern.ingest.LimitExceeded;
import quern.ingest.Unreadable;

/**
 * Optical character recognition by an installed tesseract: a child process for each page, with bounded time, memory and
 * output, without a network or a window. Its samples have a field {@code ocr}. Immutable; any thread.
 */
public final class Ocr {

    /** Scans are not read. */
    public static final Ocr NONE = new Ocr(null, null, "");

    private static final long PIXELS_MAX = 40_000_000;
    private static final long TEXT_BYTES_MAX = 4L << 20;
    private static final double POINTS_PER_INCH = 72;

    private final OcrConfig config;
    private final Path program;
    private final String absence;

    private Ocr(OcrConfig config, Path program, String absence) {
        this.config = config;
        this.program = program;
        this.absence = absence;
    }

    /** Looks for the program once, on the search path of this process. */
    public static Ocr of(OcrConfig config) {
        return of(config, System.getenv().getOrDefault("PATH", ""));
    }

    static Ocr of(OcrConfig config, String searchPath) {
        if (config.command().isBlank()) {
            return NONE;
        }
        List<String> directories = config.command().contains("/") ? List.of("")
                : List.of(searchPath.split(File.pathSeparator));
        for (String directory : directories) {
            Path candidate = directory.isEmpty() ? Path.of(config.command()) : Path.of(directory, config.command());
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return new Ocr(config, candidate.toAbsolutePath(), "");
            }
        }
        return new Ocr(config, null, ", and " + config.command() + " is not installed");
    }

    boolean isAvailable() {
        return program != null;
    }

    int pagesMax() {
        return isAvailable() ? config.pagesMax() : 0;
    }

    /** What to add to the reason of a page without text: empty, or that the program is absent. */
    String absence() {
        return absence;
    }

    /** A picture as a document of one sample. */
    Parts parts(byte[] picture) throws IOException {
        if (!isAvailable()) {
            throw new Unreadable("picture without text" + absence);
        }
        var fields = JsonNodeFactory.instance.objectNode().put("text", textOf(picture)).put("ocr", true);
        return OnePart.of(fields);
    }

    /** The text of a drawn page; empty where it has none. */
    String textOf(PDDocument pdf, int page) throws IOException {
        PDRectangle box = pdf.getPage(page - 1).getCropBox();
        double inches = box.getWidth() / POINTS_PER_INCH * (box.getHeight() / POINTS_PER_INCH);
        double dpi = Math.min(config.dpi(), Math.sqrt(PIXELS_MAX / Math.max(inches, 1e-3)));
        BufferedImage image = new PDFRenderer(pdf).renderImageWithDPI(page - 1, (float) dpi, ImageType.GRAY);
        var png = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        ImageIO.write(image, "png", png);
        return textOf(png.toByteArray());
    }

    private String textOf(byte[] picture) throws IOException {
        Path directory = Files.createTempDirectory("quern-ocr");
        Path input = directory.resolve("page");
        Path output = directory.resolve("text");
        try {
            Files.write(input, picture);
            run(input, output);
            if (Files.size(output) > TEXT_BYTES_MAX) {
                throw new LimitExceeded("text of a page larger than " + TEXT_BYTES_MAX + " bytes");
            }
            return new String(Files.readAllBytes(output), StandardCharsets.UTF_8).replace("\f", "\n").strip();
        } finally {
            Files.deleteIfExists(input);
            Files.deleteIfExists(output);
            Files.deleteIfExists(directory);
        }
    }

    private void run(Path input, Path output) throws IOException {
        String limits = "ulimit -v %d; ulimit -f %d; exec \"$@\"".formatted(
                config.memoryMax().bytes() / 1024, 2 * TEXT_BYTES_MAX / 512);
        var builder = new ProcessBuilder("/bin/sh", "-c", limits, "sh",
                program.toString(), "stdin", "stdout", "-l", config.languages(), "--dpi",
                Integer.toString(config.dpi()));
        builder.environment().put("OMP_THREAD_LIMIT", "1");
        builder.redirectInput(input.toFile()).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        try {
            if (!process.waitFor(config.pageTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LimitExceeded("character recognition took longer than ocr.page-timeout");
            } else if (process.exitValue() != 0) {
                throw new Unreadable("character recognition failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreadable("character recognition was stopped");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
