package quern.appliance.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.inference.format.TokenizerFiles;
import quern.inference.tokenizer.Tokenizer;

/**
 * Shows how a model's tokenizer cuts a text, or what ids stand for. Reads no weights. Text that looks like a control
 * token stays text unless asked otherwise.
 */
@Command(name = "tokenize", mixinStandardHelpOptions = true,
        description = "Cut a text into a model's tokens, or put tokens together again.")
final class TokenizeCommand implements Callable<Integer> {

    private static final int TEXT_BYTES_MAX = 1 << 26;

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "MODEL|FILE", description = "GGUF file (a vocabulary suffices), tokenizer.json,"
            + " tokenizer.model, a directory with one of them, or an imported model.")
    private String model;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Direction direction;

    @Option(names = "--parse-special",
            description = "Control tokens written out in the text become their ids, as in a rendered chat template.")
    private boolean parseSpecial;

    @Option(names = "--special", negatable = true, defaultValue = "false", fallbackValue = "true",
            description = "Add the tokens that the model expects around a text, such as <s>.")
    private boolean special;

    private static final class Direction {

        @Option(names = "--text", paramLabel = "FILE|-", description = "UTF-8 text to cut.")
        private String text;

        @Option(names = "--decode", paramLabel = "ID,ID...", description = "Ids to put together.")
        private String ids;
    }

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = TokenizerFiles.open(ModelPath.resolve(model, options));
        if (direction.ids != null) {
            decode(tokenizer, ids(direction.ids));
        } else {
            encode(tokenizer, read(direction.text));
        }
        return ExitCode.OK;
    }

    private static int[] ids(String text) {
        if (!text.matches("\\s*|\\s*\\d{1,9}(\\s*[,\\s]\\s*\\d{1,9})*\\s*")) {
            throw new UsageProblem("--decode: expected token ids separated by commas");
        }
        return text.isBlank() ? new int[0]
                : Arrays.stream(text.strip().split("\\s*[,\\s]\\s*")).mapToInt(Integer::parseInt).toArray();
    }

    private void decode(Tokenizer tokenizer, int[] ids) {
        String text = tokenizer.decode(ids);
        if (options.json()) {
            System.out.println(ApiClient.JSON.createObjectNode().put("text", text));
        } else {
            System.out.print(Screen.isTerminal(1) ? Printer.safe(text) + "\n" : text);
            System.out.flush();
        }
    }

    private void encode(Tokenizer tokenizer, String text) throws IOException {
        int[] plain = parseSpecial ? tokenizer.encodeTemplate(text) : tokenizer.encode(text, false);
        int[] ids = special ? tokenizer.frame().around(plain) : plain;
        if (options.json()) {
            writeJson(ids);
            return;
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (int id : ids) {
            out.println(id + "\t" + shown(tokenizer, id));
        }
        out.flush();
    }

    private static void writeJson(int[] ids) throws IOException {
        JsonGenerator out = ApiClient.JSON.createGenerator(System.out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        out.writeStartObject();
        out.writeFieldName("ids");
        out.writeArray(ids, 0, ids.length);
        out.writeEndObject();
        out.close();
        System.out.println();
    }

    /** A control token as it is written, any other quoted; bytes that are no whole character as U+FFFD. */
    private static String shown(Tokenizer tokenizer, int id) {
        if (tokenizer.isControl(id)) {
            return Printer.safe(tokenizer.text(id));
        }
        String text = new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
        return "\"" + Printer.safe(new String(JsonStringEncoder.getInstance().quoteAsString(text))) + "\"";
    }

    private static String read(String name) throws IOException {
        byte[] bytes;
        try (InputStream in = name.equals("-") ? System.in : Files.newInputStream(Path.of(name))) {
            bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
        } catch (NoSuchFileException absent) {
            throw new UsageProblem("--text " + name + ": does not exist", absent);
        }
        if (bytes.length > TEXT_BYTES_MAX) {
            throw new UsageProblem("--text " + name + ": more than " + TEXT_BYTES_MAX + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new UsageProblem("--text " + name + ": is not UTF-8", malformed);
        }
    }
}
