import { describeForms } from "./test-forms.ts";

describeForms(60);
