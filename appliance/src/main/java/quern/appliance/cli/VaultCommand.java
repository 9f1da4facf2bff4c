package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.appliance.VaultReport;
import quern.config.ApplianceConfig;
import quern.kv.DataDirectory;
import quern.kv.vault.SealedFiles;
import quern.kv.vault.Vault;

/** What is sealed in the data directory, by which key; and the way out of it. */
@Command(name = "vault", mixinStandardHelpOptions = true,
        description = "Encryption at rest: its state, plain copies of sealed files, new keys.")
final class VaultCommand implements Runnable {

    private static final List<String> DIRECTORIES = List.of("datasets", "adapters", "files", "jobs");

    @Mixin
    private GlobalOptions options;

    @Override
    public void run() {
        status();
    }

    @Command(name = "status", mixinStandardHelpOptions = true,
            description = "Say which master key is used, and which files of an earlier version are still plain.")
    void status() {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        ObjectNode body = ApiClient.JSON.createObjectNode().put("directory", config.data().toString());
        try (Vault vault = reading(config)) {
            VaultReport.add(body, vault.status());
            body.put("at_rest", config.encryption().atRest());
            ObjectNode files = body.putObject("files");
            for (String directory : DIRECTORIES) {
                count(config.data().resolve(directory), files.putObject(directory));
            }
        } catch (IOException e) {
            throw new UsageProblem(config.data() + " cannot be read: " + e, e);
        }
        if (screen.json()) {
            screen.json(body);
        } else {
            Outline.lines(body).forEach(screen::line);
        }
    }

    /** A server may own the directory: its keys are only read. */
    private static Vault reading(ApplianceConfig config) {
        return Vault.openToRead(config.data(), config.encryption(), System.getenv());
    }

    private static void count(Path directory, ObjectNode node) throws IOException {
        int sealed = 0;
        int plain = 0;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)).toList()) {
                    if (SealedFiles.itemOf(file).isPresent()) {
                        sealed++;
                    } else if (Files.size(file) > 0) {
                        plain++;
                    }
                }
            }
        }
        node.put("sealed", sealed).put("plain", plain);
    }

    @Command(name = "export", mixinStandardHelpOptions = true,
            description = "Copy a file or directory of the data directory, opened, to where other programs can read it"
                    + " (an adapter as PEFT reads it, a dataset's shards).")
    void export(
            @Parameters(paramLabel = "PATH", description = "In the data directory, such as datasets/ds-1a2b3c4d.")
                    String path,
            @Parameters(paramLabel = "TARGET", description = "Must not exist yet.") Path target) {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        try (Vault vault = reading(config)) {
            Path root = config.data().toAbsolutePath().normalize();
            Path real = root.resolve(path).normalize();
            if (!real.startsWith(root) || !Files.exists(real)) {
                throw new UsageProblem("no '" + path + "' in " + root + ", expected a path such as "
                        + "datasets/ds-1a2b3c4d");
            }
            int files = copy(SealedFiles.over(root, vault).resolve(root.relativize(real).toString()), target);
            if (screen.json()) {
                screen.json(ApiClient.JSON.createObjectNode().put("target", target.toString()).put("files", files));
            } else {
                screen.line(files + " files in " + target);
            }
        } catch (FileAlreadyExistsException e) {
            throw new UsageProblem(target + " exists already, expected a new name", e);
        } catch (IOException e) {
            throw new UsageProblem(path + " cannot be copied to " + target + ": " + e, e);
        }
    }

    private static int copy(Path from, Path target) throws IOException {
        if (!Files.isDirectory(from)) {
            try (var out = Files.newOutputStream(target, java.nio.file.StandardOpenOption.CREATE_NEW,
                    java.nio.file.StandardOpenOption.WRITE)) {
                Files.copy(from, out);
            }
            return 1;
        }
        Files.createDirectory(target);
        int files = 0;
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.sorted().toList()) {
                files += copy(child, target.resolve(child.getFileName().toString()));
            }
        }
        return files;
    }

    @Command(name = "rotate", mixinStandardHelpOptions = true,
            description = "Replace the keys that seal documents', datasets', adapters', files' and jobs' keys, and the"
                    + " master key where it lies in the data directory. No server may run.")
    void rotate(@Option(names = "--yes", required = true,
            description = "Older copies of the data directory need their own key files.") boolean yes) {
        Screen screen = options.screen();
        ApplianceConfig config = options.load().config();
        try (DataDirectory data = DataDirectory.open(config.data(), config.encryption(), System.getenv())) {
            String before = data.vault().status().keyId();
            data.vault().rotate();
            ObjectNode body = ApiClient.JSON.createObjectNode().put("master_key_before", before);
            VaultReport.add(body, data.vault().status());
            if (screen.json()) {
                screen.json(body);
            } else {
                Outline.lines(body).forEach(screen::line);
            }
        } catch (IOException e) {
            throw new UsageProblem("keys in " + config.data() + " cannot be replaced: " + e, e);
        }
    }
}
