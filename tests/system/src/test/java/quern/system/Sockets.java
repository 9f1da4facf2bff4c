package quern.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The internet sockets of one process, read from {@code /proc}. */
final class Sockets {

    private static final String LISTEN = "0A";

    /** @param local address and port in hexadecimal, as the kernel prints them */
    record Socket(String protocol, String local, String remote, String state) {

        boolean isLoopback() {
            return isLoopback(local) && (isLoopback(remote) || state.equals(LISTEN) || isUnset(remote));
        }

        boolean isListening() {
            return state.equals(LISTEN);
        }

        int localPort() {
            return Integer.parseInt(local.substring(local.indexOf(':') + 1), 16);
        }

        private static boolean isLoopback(String address) {
            String host = address.substring(0, address.indexOf(':'));
            return host.endsWith("7F") && host.length() == 8
                    || host.equals("00000000000000000000000001000000")
                    || host.startsWith("0000000000000000FFFF0000") && host.endsWith("7F");
        }

        private static boolean isUnset(String address) {
            return address.substring(0, address.indexOf(':')).chars().allMatch(c -> c == '0');
        }
    }

    private Sockets() {}

    static List<Socket> of(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring(8, target.length() - 1));
                    }
                } catch (IOException e) {
                    // closed between listing and reading
                    continue;
                }
            }
        }
        List<Socket> sockets = new ArrayList<>();
        for (String protocol : List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6")) {
            Path table = Path.of("/proc/" + pid + "/net/" + protocol);
            if (!Files.exists(table)) {
                continue;
            }
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && inodes.contains(fields[9])) {
                    sockets.add(new Socket(protocol, fields[1], fields[2], fields[3]));
                }
            }
        }
        return sockets;
    }
}
