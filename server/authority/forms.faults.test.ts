import { describeForms } from "./test-forms.ts";

describeForms(2_000);
