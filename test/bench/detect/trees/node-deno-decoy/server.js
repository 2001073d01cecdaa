import { createClient } from "@supabase/supabase-js";
import express from "express";
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY);
const app = express();
app.get("/", async (req, res) => res.json(await supabase.from("people").select()));
app.listen(process.env.PORT || 3000);
