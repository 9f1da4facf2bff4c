package quern.curation.deident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names to log in with: behind a label, made of a name in the text, in fields of HL7. */
class LoginFormsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Opened by Jadwiga Ostrowski (jostrowski), Radiology    | jostrowski
            Melder: Yusuf Arslan, Kennung yarslan, Tel. 9279       | yarslan
            Dr. Anna M\u00FCller sagt, amueller3 war angemeldet        | amueller3
            Ask Anna Weber. The log says weberan locked it         | weberan
            Ask Anna Weber; anna_weber owns the folder             | anna_weber
            Ask Mr. Ostrowski; the share of jostrowski2 is full    | jostrowski2
            WEBER, ANNA uses AWEBER01 for it                       | AWEBER01
            Auszug vom Montag, Benutzer rzwostke                   | rzwostke
            der Benutzer rzwostke, der hier war                    | rzwostke
            Benutzername: KVETNARO                                 | KVETNARO
            opened by hvarlo3 then                                 | hvarlo3
            the mail of kvetnaro@clinic.example; logs of kvetnaro  | kvetnaro
            """)
    void isFound(String text, String expected) {
        assertEquals(expected, found(text.replace("\\u00FC", "\u00FC")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Anna Weber and her weaver friends", "user reported pain", "the user is admin, I think",
        "Peter May said maybe so", "Mark Hall marshalled them", "Benutzer: gast", "login required", "user: patient",
        "agent orange", "Herr Klein kleinschrittig mobil", "Mr. Wood hardwood floors", "the operator of the lift",
        "write to info@clinic.example for info or service", "Username: REQUIRED", "Tom Young is younger than me",
        "Anna Weber's webers-knot"})
    void isLeft(String text) {
        assertEquals("", found(text));
    }

    @Test
    void isFoundWhereSegmentsNameWhoEntered() {
        assertEquals("ttaylor2", found("EVN|A04|201311261422|||ttaylor2\rPV1|1|O"));
        assertEquals("qmaresk kwost", found("EVN|A04|201311261422|||qmaresk^Mares^Quentin\r"
                + "TXA|1|CN|TX|201311261422|kwost"));
        assertEquals("", found("EVN|A04|201311261422|||Taylor^Anna\rPV1|1|O"));
    }

    private static String found(String text) {
        return IdentifierFinder.find(text).stream().filter(f -> f.kind() == IdentifierKind.OTHER_ID)
                .map(f -> text.substring(f.from(), f.to())).collect(Collectors.joining(" "));
    }
}
