import { describeForms } from "./test-forms.ts";

describeForms(5_000);
