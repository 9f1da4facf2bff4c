package quern.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Installed in a watched server's JVM: writes every name that is looked up to the file named by a system property. */
public final class LookupRecorder extends InetAddressResolverProvider {

    static final String FILE_PROPERTY = "quern.lookups";

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        String file = System.getProperty(FILE_PROPERTY);
        if (file == null) {
            return builtin;
        }
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                record(Path.of(file), host);
                return builtin.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                record(Path.of(file), InetAddress.getByAddress(address).getHostAddress());
                return builtin.lookupByAddress(address);
            }
        };
    }

    private static void record(Path file, String name) {
        try {
            Files.writeString(file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return "records look-ups";
    }
}
