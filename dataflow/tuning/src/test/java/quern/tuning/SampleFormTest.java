package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import quern.config.QuernException;
import quern.tuning.TrainingSample.Chat;
import quern.tuning.TrainingSample.Completion;
import quern.tuning.TrainingSample.Pair;

class SampleFormTest {

    private static TrainingSample read(String json) {
        try {
            return TrainingSample.of(new ObjectMapper().readTree(json.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static List<Map<String, Object>> messages(String json) {
        return assertInstanceOf(Chat.class, read(json)).messages();
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    @Test
    void shouldKeepSystemAndHistoryWhenAnInstructionHasThem() {
        assertEquals(
                List.of(message("system", "Be brief."), message("user", "a"), message("assistant", "b"),
                        message("user", "Add\n\n2 3"), message("assistant", "5")),
                messages("{'instruction':'Add','input':'2 3','output':'5','system':'Be brief.',"
                        + "'history':[['a','b']]}"));
        assertEquals(List.of(message("user", "Add"), message("assistant", "5")),
                messages("{'instruction':'Add','input':'','output':'5','system':'','history':[]}"));
    }

    @Test
    void shouldReadTurnsWhenTheyAreWrittenAsShareGptDoes() {
        assertEquals(
                List.of(message("system", "S"), message("user", "Hi"), message("assistant", "Ho"),
                        message("tool", "{}"), message("assistant", "Done")),
                messages("{'system':'S','conversations':[{'from':'human','value':'Hi'},{'from':'gpt','value':'Ho'},"
                        + "{'from':'observation','value':'{}'},{'from':'gpt','value':'Done'}],'id':7}"));
        Chat called = assertInstanceOf(Chat.class, read("{'conversations':[{'from':'human','value':'Hi'},"
                + "{'from':'function_call','value':'{\\'name\\':\\'clock\\',\\'arguments\\':{\\'zone\\':1}}'}],"
                + "'tools':'[{\\'name\\':\\'clock\\'}]'}"));
        assertEquals(List.of(Map.of("name", "clock")), called.tools());
        assertEquals(List.of(Map.of("type", "function", "function",
                        Map.of("name", "clock", "arguments", Map.of("zone", 1)))),
                called.messages().getLast().get("tool_calls"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'prompt':'a','completion':'b','system':'c'} | system beside prompt and completion",
        "{'query':'a','response':'b','history':[['c','d']]} | history beside query and response",
        "{'text':'a','images':['x.png']} | images",
        "{'messages':[{'role':'user','content':'a'}],'rejected':'x'} | rejected",
        "{'messages':[{'role':'assistant','content':'a','weight':0.5}]} | weight 0.5",
        "{'messages':[{'role':'assistant','content':'a','train':false}]} | message with train",
        "{'messages':[{'role':'user','content':'a'}]} | no message of the assistant",
        "{'conversations':[{'from':'narrator','value':'a'}]} | turn from 'narrator', expected one of",
        "{'conversations':[{'from':'human','value':'a'}]} | no turn from gpt",
        "{'conversations':[{'from':'gpt','value':3}]} | value is no string",
        "{'conversations':[{'from':'function_call','value':'now'}]} | not JSON",
        "{'instruction':'a','output':'b','history':['c']} | no pair of strings",
        "{'instruction':'a','output':3} | output of type NUMBER",
        "{'question':'a','answer':'b'} | has none of",
        "[1] | has none of"})
    void shouldSayWhatIsWrongWhenASampleCannotBeLearntFrom(String json, String expected) {
        String message = assertThrows(QuernException.class, () -> read(json)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'messages':[{'role':'user','content':'q'}],'chosen':'y','rejected':'n'}",
        "{'prompt':[{'role':'user','content':'q'}],'chosen':[{'role':'assistant','content':'y'}],"
                + "'rejected':[{'role':'assistant','content':'n'}]}",
        "{'prompt':'q','chosen':[{'role':'user','content':'q'},{'role':'assistant','content':'y'}],"
                + "'rejected':[{'role':'user','content':'q'},{'role':'assistant','content':'n'}]}",
        "{'conversations':[{'from':'human','value':'q'}],'chosen':{'from':'gpt','value':'y'},"
                + "'rejected':{'from':'gpt','value':'n'}}",
        "{'instruction':'q','input':'','chosen':'y','rejected':'n'}",
        "{'question':'q','chosen':'y','rejected':'n','system':''}",
        "{'query':'q','response':'y','rejected_response':'n','reason':'shorter'}",
        "{'input':{'messages':[{'role':'user','content':'q'}],'tools':[],'parallel_tool_calls':true},"
                + "'preferred_output':[{'role':'assistant','content':'y'}],"
                + "'non_preferred_output':[{'role':'assistant','content':'n'}]}"})
    void shouldReadThePairOfAnswersHoweverItIsWritten(String json) {
        Pair pair = assertInstanceOf(Pair.class, read(json));
        assertEquals(List.of(message("user", "q"), message("assistant", "y")),
                assertInstanceOf(Chat.class, pair.chosen()).messages());
        assertEquals(List.of(message("user", "q"), message("assistant", "n")),
                assertInstanceOf(Chat.class, pair.rejected()).messages());
    }

    @Test
    void shouldPutNoTemplateAroundAPromptWhoseAnswersAreTexts() {
        assertEquals(new Pair(new Completion("q", " y", Optional.of("y")), new Completion("q", " n", Optional.empty())),
                read("{'prompt':'q','chosen':' y','rejected':' n','span':'y'}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'chosen':'y','rejected':'n'} | nothing that they answer",
        "{'prompt':'a','messages':[{'role':'user','content':'q'}],'chosen':'y','rejected':'n'} | messages and prompt",
        "{'prompt':'a','system':'s','chosen':'y','rejected':'n'} | system beside prompt",
        "{'messages':[{'role':'user','content':'q'},{'role':'assistant','content':'y'}],'chosen':'y','rejected':'n'}"
                + " | ends with a message of the assistant",
        "{'messages':[{'role':'user','content':'q'}],'chosen':3,'rejected':'n'} | chosen of type NUMBER",
        "{'messages':[{'role':'user','content':'q'}],'chosen':[],'rejected':'n'} | chosen that does not begin",
        "{'prompt':'p','chosen':[{'role':'user','content':'q'},{'role':'assistant','content':'y'}],"
                + "'rejected':[{'role':'user','content':'q'},{'role':'assistant','content':'n'}]} | not the last",
        "{'chosen':[{'role':'user','content':'q'},{'role':'assistant','content':'y'}],"
                + "'rejected':[{'role':'user','content':'q'}]} | do not part",
        "{'input':{'messages':[],'seed':1},'preferred_output':[],'non_preferred_output':[]} | field seed",
        "{'input':{},'preferred_output':[],'non_preferred_output':[]} | input without messages",
        "{'messages':[{'role':'user','content':'q'}],'chosen':'y','rejected':'n','kto_tag':true} | kto_tag"})
    void shouldSayWhatIsWrongWhenAPairCannotBeLearntFrom(String json, String expected) {
        String message = assertThrows(QuernException.class, () -> read(json)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void shouldLeaveEmptyFieldsOfOtherToolsAlone() {
        assertEquals(2, messages("{'query':'a','response':'b','history':[],'images':[],'system':null}").size());
    }
}
