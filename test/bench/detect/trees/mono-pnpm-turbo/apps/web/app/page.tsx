import { Button } from "@shop/ui";
export default function Page() { return <Button />; }
