package org.acme;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

@Path("/menu")
public class MenuResource {
  @GET
  public String menu() { return "soup"; }
}
