<?xml version="1.0" encoding="utf-8"?>
<!-- From the C# client's documentation file: what each model and each of its properties is, a line each: "V1PodSpec.Containers", a tab, the text. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="utf-8" />
  <xsl:template match="/">
    <xsl:for-each select="doc/members/member[starts-with(@name, 'T:k8s.Models.') or starts-with(@name, 'P:k8s.Models.')][summary]">
      <xsl:value-of select="concat(substring(@name, 14), '&#9;', normalize-space(summary), '&#10;')" />
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
